import type { CsvRow } from '#libs/dataset/csv-row.js';
import { frameHead } from '#libs/cql/frame-template.js';
import type { HotHandler } from '#libs/cql/hot-handler.js';
import { BodyWriter } from '#libs/cql/body-writer.js';
import { CONSISTENCY, OPCODE } from '#libs/cql/protocol.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import type { Completion, Target } from '#libs/load/target.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { Refusals } from '#libs/workloads/lane/refusals.js';
import type { LoadJob, LoadSource } from './load-source.js';
import type { RowCodec } from './row-codec.js';

const OK = OUTCOMES.indexOf('ok');
/** Kind, id and number of values of a prepared statement in a batch (native protocol v4, section 4.1.7). */
const UNLOGGED = 1;
const PREPARED = 1;

/** Rows of CSV files as prepared inserts, alone or in unlogged batches, written straight into the connection's buffer. */
export class LoadTarget implements Target, HotHandler {
  private readonly jobs: (LoadJob | undefined)[] = [];
  private readonly messages = new Map<number, string>();
  private readonly heads = new Map<RowCodec, RequestFrame>();
  private readonly refusals = new Refusals(this);
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;
  private source: LoadSource | undefined;

  /** Set before the first `fire`: a session needs its handler first. */
  session: WireSession | undefined;

  constructor(private readonly consistency: keyof typeof CONSISTENCY) {}

  report(completion: Completion, turn: () => void, source: LoadSource): void {
    this.completion = completion;
    this.turn = turn;
    this.source = source;
  }

  /** The rows of a slot. */
  jobOf(slot: number): LoadJob | undefined {
    return this.jobs[slot];
  }

  /** Why the request of a slot failed. */
  reasonOf(slot: number, outcome: number): string {
    const message = this.messages.get(slot);
    const name = OUTCOMES[outcome] ?? 'other';
    return message === undefined ? name : `${name}: ${message}`;
  }

  fire(slot: number): void {
    this.jobs[slot] = this.source?.job;
    this.begin(slot);
  }

  retry(slot: number): void {
    this.begin(slot);
  }

  flush(): void {
    this.session?.flush();
    this.refusals.flush();
  }

  private begin(slot: number): void {
    const { session } = this;
    const job = this.jobs[slot];
    const at = session && job ? this.send(session, slot, job) : NO_HOST;
    if (at < 0) this.refusals.add(slot, at);
  }

  private send(session: WireSession, slot: number, { codec, rows }: LoadJob): number {
    const [first] = rows;
    if (first === undefined) return NO_HOST;
    if (session.routes) {
      const key = codec.key(first);
      session.route(key, 0, key.length);
    }
    if (rows.length > 1) return this.sendBatch(session, slot, codec, rows);
    const head = this.headOf(codec);
    const at = session.begin(slot, head, codec.size(first));
    if (at >= 0) codec.write(first, session.out, at + head.bytes.length);
    return at;
  }

  private sendBatch(session: WireSession, slot: number, codec: RowCodec, rows: LoadJob['rows']): number {
    const { statement, values } = codec;
    const bytes = new BodyWriter().byte(UNLOGGED).short(rows.length).frame(OPCODE.BATCH);
    const before = 1 + 2 + statement.id.length + 2;
    const size = rows.reduce((sum, row) => sum + before + codec.size(row), 2 + 1);
    const start = session.begin(slot, { bytes, statements: [statement] }, size);
    if (start < 0) return start;
    const { out } = session;
    let at = start + bytes.length;
    for (const row of rows) {
      at = out.writeUInt8(PREPARED, at);
      at = out.writeUInt16BE(statement.id.length, at);
      at += statement.id.copy(out, at);
      at = out.writeUInt16BE(values, at);
      at = codec.write(row, out, at);
    }
    at = out.writeUInt16BE(CONSISTENCY[this.consistency], at);
    out.writeUInt8(0, at);
    return start;
  }

  /** Which nodes hold a row: the same text for the same nodes. */
  holdersOf(codec: RowCodec, row: CsvRow): string {
    const { session } = this;
    return session?.routes ? session.holders(codec.key(row), this.headOf(codec)) : '';
  }

  private headOf(codec: RowCodec): RequestFrame {
    const known = this.heads.get(codec);
    if (known) return known;
    const head = frameHead(codec.statement, this.consistency, codec.values);
    this.heads.set(codec, head);
    return head;
  }

  onVoid(slot: number): void {
    const job = this.jobs[slot];
    this.messages.delete(slot);
    if (job) for (const row of job.rows) job.tally.write(row);
    this.completion?.complete(slot, OK, job?.rows.length ?? 0);
  }

  onRows(slot: number): void {
    this.onVoid(slot);
  }

  onError(slot: number, outcome: number, message: string | undefined): void {
    if (message === undefined) this.messages.delete(slot);
    else this.messages.set(slot, message);
    this.completion?.complete(slot, outcome, 0);
  }

  onRetry(slot: number): void {
    this.begin(slot);
    this.flush();
  }

  onTurn(): void {
    this.turn();
  }
}
