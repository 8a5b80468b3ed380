import type { HotHandler } from '#libs/cql/hot-handler.js';
import type { FrameTemplate } from '#libs/cql/frame-template.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { RowGenerator } from '#libs/stress/row-generator.js';
import type { FailureNotes } from './failure-notes.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import { NO_ROW, OTHER_SHAPE, RowCheck } from './row-check.js';
import { COUNTER_READ, COUNTER_WRITE, WRITE } from '#libs/stress/operations.js';

const LENGTH_BYTES = 4;

export interface WireTargetOptions {
  generator: RowGenerator;
  columns: number;
  /** Of the cells of a row that is read, when it is not that of the columns. */
  order?: Int32Array | undefined;
  /** How many of them, from the first, a write gives a value. */
  populated: number;
  slots: number;
  /** False: any row that came back is right. */
  validate: boolean;
  /** Draws what a counter is raised by. */
  increment: () => number;
  notes: FailureNotes;
}

/**
 * Stress operations on the wire engine: the row is generated straight into the connection's write buffer. Nothing is
 * allocated per operation.
 */
export class WireTarget implements Target, HotHandler {
  private readonly seeds: Float64Array;
  private readonly operations: Uint8Array;
  private readonly refusals = new Refusals(this);
  private readonly check: RowCheck;
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;
  readonly templates: (FrameTemplate | undefined)[] = [];
  /** The write up to its values, when they differ in length. */
  variableWrite: RequestFrame | undefined;

  constructor(private readonly options: WireTargetOptions) {
    this.seeds = new Float64Array(options.slots);
    this.operations = new Uint8Array(options.slots);
    this.check = new RowCheck(options.generator, options.columns, options.populated, options.order);
  }

  /** Where outcomes go, and what is called after each batch of answers; set before the first `fire`. */
  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number, operation: number, seed: number): void {
    const { session, templates } = this;
    const { generator } = this.options;
    this.seeds[slot] = seed;
    this.operations[slot] = operation;
    generator.setSeed(seed);
    if (session?.routes) session.route(generator.key, 0, generator.key.length);
    if (session !== undefined && operation === WRITE && this.variableWrite !== undefined) {
      this.fireVariable(session, slot, this.variableWrite);
      return;
    }
    const template = templates[operation];
    const at = template === undefined || session === undefined ? NO_HOST : session.begin(slot, template);
    if (template === undefined || session === undefined || at < 0) {
      this.refusals.add(slot, at);
      return;
    }
    const { out } = session;
    const { valueOffsets } = template;
    if (operation === WRITE) generator.writeColumns(out, at, valueOffsets);
    else if (operation === COUNTER_WRITE) this.writeIncrements(out, at, valueOffsets);
    generator.writeKey(out, at + (valueOffsets[valueOffsets.length - 1] ?? 0));
  }

  private fireVariable(session: WireSession, slot: number, head: RequestFrame): void {
    const { generator, populated } = this.options;
    const keyBytes = generator.key.length;
    const at = session.begin(slot, head, generator.drawSizes() + populated * LENGTH_BYTES + LENGTH_BYTES + keyBytes);
    if (at < 0) {
      this.refusals.add(slot, at);
      return;
    }
    const { out } = session;
    const keyAt = generator.writeSizedColumns(out, at + head.bytes.length);
    generator.writeKey(out, out.writeInt32BE(keyBytes, keyAt));
  }

  private writeIncrements(out: Buffer, at: number, valueOffsets: Int32Array): void {
    const { columns, increment } = this.options;
    for (let column = 0; column < columns; column++) writeBigint(out, at + (valueOffsets[column] ?? 0), increment());
  }

  retry(slot: number, operation: number, seed: number): void {
    this.fire(slot, operation, seed);
  }

  flush(): void {
    this.session?.flush();
    this.refusals.flush();
  }

  onVoid(slot: number): void {
    this.completion?.complete(slot, OUTCOME_INDEX.ok, 1);
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): void {
    const { generator, validate } = this.options;
    if (!validate) {
      this.completion?.complete(slot, OUTCOME_INDEX.ok, 1);
      return;
    }
    generator.setSeed(this.seeds[slot] ?? 0);
    // Nobody knows what a counter should hold: it has to be there, as in the original.
    const counter = this.operations[slot] === COUNTER_READ;
    const outcome = counter ? this.check.present(buffer, start) : this.check.check(buffer, start, end);
    if (outcome !== OUTCOME_INDEX.ok) this.note(slot, buffer);
    this.completion?.complete(slot, outcome, outcome === OUTCOME_INDEX.ok ? 1 : 0);
  }

  private note(slot: number, buffer: Buffer): void {
    const { generator, notes } = this.options;
    const { column, at, length, rowsFound, columnsFound } = this.check;
    if (length === NO_ROW) notes.missingRow(slot, generator);
    else if (length === OTHER_SHAPE) notes.otherShape(slot, generator, rowsFound, columnsFound);
    else notes.mismatch(slot, generator, column, length < 0 ? null : buffer.toString('hex', at, at + length));
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    this.options.notes.error(slot, outcome, message);
    this.completion?.complete(slot, outcome, 0);
  }

  onRetry(slot: number): void {
    this.fire(slot, this.operations[slot] ?? 0, this.seeds[slot] ?? 0);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }
}

/** A whole number as a CQL bigint: two halves, since 64 bits do not fit a JavaScript integer operation. */
function writeBigint(out: Buffer, at: number, value: number): void {
  out.writeInt32BE(Math.floor(value / 4_294_967_296), at);
  out.writeUInt32BE(value >>> 0, at + 4);
}
