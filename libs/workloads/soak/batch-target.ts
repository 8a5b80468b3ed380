import { BodyWriter } from '#libs/cql/body-writer.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { CONSISTENCY, HEADER_BYTES, OPCODE } from '#libs/cql/protocol.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Aimd } from '#libs/load/aimd.js';
import type { Clock } from '#libs/load/clock.js';
import type { Completion, Target } from '#libs/load/target.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { BatchSource } from './batch-source.js';
import { asksForLess } from './busy-outcomes.js';
import type { KeyPool } from './key-pool.js';
import { SOAK_COLUMNS } from './soak-columns.js';
import { MOST_ROW_BYTES, type SoakRows } from './soak-rows.js';

/** Kinds of a batch and of its statements (native protocol v4, section 4.1.7). */
const UNLOGGED = 1;
const PREPARED = 1;
const LENGTH_BYTES = 4;
/** Consistency level and flags behind the rows. */
const TAIL_BYTES = 3;

interface BatchTargetOptions {
  slots: number;
  batchMax: number;
  /** Of the run; between two rows of a batch. */
  writers: number;
  consistency: keyof typeof CONSISTENCY;
  clock: Pick<Clock, 'nowNs'>;
  rows: SoakRows;
  pool: KeyPool;
  aimd: Aimd;
  notes: FailureNotes;
}

/**
 * Unlogged batches of generated rows on the wire engine. Rows are known by their numbers: those of a batch that was
 * acknowledged go to the pool, one that was refused is made anew. Nothing is allocated per batch. Not more batches are on
 * the wire than backpressure allows: a retry whose turn has come waits for a place.
 */
export class BatchTarget implements Target {
  /** Acknowledged, and their rows. */
  batchesWritten = 0;
  rowsWritten = 0;
  /** Rows of batches that have not come to their end. */
  openRows = 0;
  /** Batches without an answer yet. */
  onWire = 0;
  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;
  private readonly first: Float64Array;
  private readonly sizes: Int32Array;
  private readonly begunNs: Float64Array;
  private readonly refusals = new Refusals(this);
  /** Slots whose retry waits for a place; a ring. */
  private readonly waiting: Int32Array;
  private waitingFrom = 0;
  private waitingCount = 0;
  /** A batch's rows, before they are copied into the connection's buffer. */
  private scratch = Buffer.alloc(0);
  private heads: readonly RequestFrame[] = [];
  /** What stands before the values of each row. */
  private prefix: Buffer = Buffer.alloc(0);
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;
  private source: Pick<BatchSource, 'size' | 'cycle'> | undefined;

  constructor(private readonly options: BatchTargetOptions) {
    const { slots } = options;
    this.first = new Float64Array(slots);
    this.sizes = new Int32Array(slots);
    this.begunNs = new Float64Array(slots);
    this.waiting = new Int32Array(slots);
  }

  /** Encodes what does not change: a head for each size, and what stands before each row. */
  connect(session: WireSession, insert: PreparedStatement): void {
    this.session = session;
    this.heads = Array.from({ length: this.options.batchMax + 1 }, (_, rows) => ({
      bytes: new BodyWriter().byte(UNLOGGED).short(rows).frame(OPCODE.BATCH),
      statements: [insert],
    }));
    const before = new BodyWriter().byte(PREPARED).shortBytes(insert.id).short(SOAK_COLUMNS.length);
    this.prefix = before.frame(OPCODE.BATCH).subarray(HEADER_BYTES);
    this.scratch = Buffer.alloc(this.options.batchMax * (this.prefix.length + MOST_ROW_BYTES) + TAIL_BYTES);
  }

  report(completion: Completion, turn: () => void, source: Pick<BatchSource, 'size' | 'cycle'>): void {
    this.completion = completion;
    this.turn = turn;
    this.source = source;
  }

  /** One more batch may be begun: of those on the wire and those that wait for a place. */
  get hasPlace(): boolean {
    return this.onWire + this.waitingCount < this.options.aimd.allowed;
  }

  /** Rows of the batch in a slot. */
  sizeOf(slot: number): number {
    return this.sizes[slot] ?? 0;
  }

  fire(slot: number, _operation: number, seed: number): void {
    this.first[slot] = seed;
    const size = this.source?.size ?? 0;
    this.sizes[slot] = size;
    this.openRows += size;
    this.send(slot);
  }

  /** The batch in a slot has finally failed; answers its rows. */
  giveUp(slot: number): number {
    const size = this.sizeOf(slot);
    this.openRows -= size;
    return size;
  }

  retry(slot: number): void {
    const { waiting, options } = this;
    if (this.onWire < options.aimd.allowed && this.waitingCount === 0) this.send(slot);
    else waiting[(this.waitingFrom + this.waitingCount++) % waiting.length] = slot;
  }

  flush(): void {
    this.session?.flush();
    this.refusals.flush();
    this.source?.cycle();
  }

  private send(slot: number): void {
    const { session, options, sizes, scratch } = this;
    const { rows, writers } = options;
    const size = sizes[slot] ?? 0;
    const head = this.heads[size];
    this.begunNs[slot] = options.clock.nowNs();
    if (session === undefined || head === undefined) {
      this.refusals.add(slot, NO_HOST);
      return;
    }
    let number = this.first[slot] ?? 0;
    let at = 0;
    for (let row = 0; row < size; row++, number += writers) {
      at += this.prefix.copy(scratch, at);
      at = rows.write(number, scratch, at);
    }
    at = scratch.writeUInt16BE(CONSISTENCY[options.consistency], at);
    at = scratch.writeUInt8(0, at);
    // A batch of many partitions goes to a node that holds the first.
    if (session.routes) session.route(scratch, this.prefix.length + LENGTH_BYTES, 16);
    const begun = session.begin(slot, head, at);
    if (begun < 0) {
      this.refusals.add(slot, begun);
      return;
    }
    scratch.copy(session.out, begun + head.bytes.length, 0, at);
    this.onWire++;
  }

  onVoid(slot: number): void {
    const { pool, aimd, writers } = this.options;
    this.onWire--;
    aimd.succeeded();
    const size = this.sizes[slot] ?? 0;
    let number = this.first[slot] ?? 0;
    for (let row = 0; row < size; row++, number += writers) pool.add(number);
    this.batchesWritten++;
    this.rowsWritten += size;
    this.openRows -= size;
    this.completion?.complete(slot, OUTCOME_INDEX.ok, size, size);
  }

  /** What came back, whether it was sent or not. */
  onError(slot: number, outcome: number, message: string | undefined): void {
    this.options.notes.error(slot, outcome, message);
    if (asksForLess(outcome)) this.options.aimd.refused(this.begunNs[slot] ?? 0, this.options.clock.nowNs());
    this.completion?.complete(slot, outcome, 0, this.sizes[slot]);
  }

  /** The server's or the client's word on a batch that was sent. */
  onAnswerError(slot: number, outcome: number, message: string | undefined): void {
    this.onWire--;
    this.onError(slot, outcome, message);
  }

  /** The statement had to be prepared anew. */
  onRetry(slot: number): void {
    this.onWire--;
    this.send(slot);
    this.flush();
  }

  onTurn(): void {
    let { waitingFrom } = this;
    const { waiting, options } = this;
    const begun = this.waitingCount;
    while (this.waitingCount > 0 && this.onWire < options.aimd.allowed) {
      this.waitingCount--;
      this.send(waiting[waitingFrom] ?? 0);
      waitingFrom = waitingFrom + 1 < waiting.length ? waitingFrom + 1 : 0;
    }
    this.waitingFrom = waitingFrom;
    if (begun !== this.waitingCount) this.flush();
    this.turn();
  }
}
