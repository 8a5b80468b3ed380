import { BodyWriter } from '#libs/cql/body-writer.js';
import { frameHead } from '#libs/cql/frame-template.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { CONSISTENCY, HEADER_BYTES, OPCODE } from '#libs/cql/protocol.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import type { WireSession } from '#libs/cql/session.js';
import { type Payload, sizeOf } from '#libs/front-doors/scylla-bench-payload.js';
import { RequestKeys } from '#libs/front-doors/scylla-bench-request.js';
import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';
import type { Word64 } from '#libs/front-doors/word64.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { ConsistencyLevel } from '../consistency-level.schema.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { type BenchRequest, PK_BYTES } from './bench-request.js';

const UNLOGGED = 1;
const PREPARED = 1;
const VALUES = 3;
/** Of a row beside its value: two keys and the value's length. */
const ROW_BYTES = 2 * (4 + PK_BYTES) + 4;

export interface BenchWriteOptions {
  session: WireSession;
  statement: PreparedStatement;
  consistency: ConsistencyLevel;
  slots: number;
  rowsPerRequest: number;
  value: Extract<ScyllaBenchSpec, { mode: 'write' }>['value'];
  payload: Payload;
  random: () => number;
}

/** Inserts: one row, or an unlogged batch of several rows of one partition. */
export class BenchWrite implements BenchRequest {
  private readonly keys: readonly RequestKeys[];
  private readonly sizes: Int32Array;
  private readonly one: RequestFrame;
  /** A batch of no statements yet, what precedes each one's values, and what follows the last. */
  private readonly batch: RequestFrame;
  private readonly entry: Buffer;
  private readonly tail: Buffer;
  private readonly key = Buffer.alloc(PK_BYTES);

  constructor(private readonly options: BenchWriteOptions) {
    const { statement, consistency, slots, rowsPerRequest } = options;
    this.keys = Array.from({ length: slots }, () => new RequestKeys(rowsPerRequest));
    this.sizes = new Int32Array(rowsPerRequest);
    this.one = frameHead(statement, consistency, VALUES);
    this.batch = { bytes: new BodyWriter().byte(UNLOGGED).short(0).frame(OPCODE.BATCH), statements: [statement] };
    this.entry = body(new BodyWriter().byte(PREPARED).shortBytes(statement.id).short(VALUES));
    this.tail = body(new BodyWriter().short(CONSISTENCY[consistency]).byte(0));
  }

  draw(slot: number, walk: KeyWalk, elapsedNs: number): void {
    this.keys[slot]?.forWrite(walk, elapsedNs);
  }

  begin(slot: number): number {
    const keys = this.keys[slot];
    if (keys === undefined) return -1;
    const { session } = this.options;
    if (session.routes) {
      keys.pk.writeBE(this.key, 0);
      session.route(this.key, 0, PK_BYTES);
    }
    const bytes = this.drawSizes(keys.count);
    return keys.count === 1 ? this.beginOne(slot, keys, bytes) : this.beginBatch(slot, keys, bytes);
  }

  private beginOne(slot: number, keys: RequestKeys, valueBytes: number): number {
    const { session } = this.options;
    const at = session.begin(slot, this.one, ROW_BYTES + valueBytes);
    if (at >= 0) this.writeRow(session.out, at + this.one.bytes.length, keys, 0);
    return at;
  }

  private beginBatch(slot: number, keys: RequestKeys, valueBytes: number): number {
    const { session } = this.options;
    const { batch, entry, tail } = this;
    const more = keys.count * (entry.length + ROW_BYTES) + valueBytes + tail.length;
    const begun = session.begin(slot, batch, more);
    if (begun < 0) return begun;
    const { out } = session;
    out.writeUInt16BE(keys.count, begun + HEADER_BYTES + 1);
    let at = begun + batch.bytes.length;
    for (let row = 0; row < keys.count; row++) {
      out.set(entry, at);
      at = this.writeRow(out, at + entry.length, keys, row);
    }
    out.set(tail, at);
    return begun;
  }

  /** Draws the sizes of a request's values; answers their sum. */
  private drawSizes(count: number): number {
    const { value, random } = this.options;
    let sum = 0;
    for (let row = 0; row < count; row++) sum += this.sizes[row] = sizeOf(value.size, random);
    return sum;
  }

  private writeRow(out: Buffer, start: number, { pk, cks }: RequestKeys, row: number): number {
    const { payload, value } = this.options;
    const ck = cks[row] ?? pk;
    const size = this.sizes[row] ?? 0;
    const at = writeKey(out, writeKey(out, start, pk), ck);
    out.writeInt32BE(size, at);
    payload.write(value.content, out, at + 4, size, pk, ck);
    return at + 4 + size;
  }

  onVoid(): number {
    return OUTCOME_INDEX.ok;
  }

  /** A conditional insert (an extra clause may say IF NOT EXISTS) answers whether it was applied. */
  onRows(): number {
    return OUTCOME_INDEX.ok;
  }

  rowsOf(slot: number): number {
    return this.keys[slot]?.count ?? 0;
  }
}

/** The bytes that a writer holds, without a header. */
const body = (writer: BodyWriter): Buffer => writer.frame(0).subarray(HEADER_BYTES);

/** A bigint with its length before it; answers where it ends. */
export function writeKey(out: Buffer, at: number, key: Word64): number {
  out.writeInt32BE(PK_BYTES, at);
  key.writeBE(out, at + 4);
  return at + 4 + PK_BYTES;
}
