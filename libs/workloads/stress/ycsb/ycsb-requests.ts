import { frameHead } from '#libs/cql/frame-template.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import type { WireSession } from '#libs/cql/session.js';
import { YcsbKey } from '#libs/front-doors/ycsb-key.js';
import { fieldsOf, ycsbStatements } from '#libs/front-doors/ycsb-statements.js';
import { YcsbValue } from '#libs/front-doors/ycsb-value.js';
import { coreWorkload } from '#libs/front-doors/ycsb.js';
import type { StressPlanSpec } from '../stress.schema.js';
import type { YcsbSpec } from '../ycsb.schema.js';

const LENGTH_BYTES = 4;

/** Prepared requests up to their first value: one for each field, or one for all. */
interface Heads {
  insert: RequestFrame | undefined;
  updates: readonly RequestFrame[];
  reads: readonly RequestFrame[];
  scans: readonly RequestFrame[];
}

/** Prepares what the run needs. Throws ServerError. */
async function prepareHeads(session: WireSession, plan: StressPlanSpec, spec: YcsbSpec): Promise<Heads> {
  const { consistencyLevel: writes } = plan;
  const { readConsistencyLevel: reads = writes } = spec;
  const { insert, updates, reads: selects, scans } = ycsbStatements(spec, plan.schema.keyspace);
  const { shares } = coreWorkload(spec);
  const isRun = spec.phase === 'run';
  const heads = async (cqls: readonly string[], values: number, level: typeof writes, isNeeded: boolean) => {
    const prepared: RequestFrame[] = [];
    for (const cql of isNeeded ? cqls : []) prepared.push(frameHead(await session.prepare(cql), level, values));
    return prepared;
  };
  const updated = spec.writeAllFields ? spec.fieldCount : 1;
  const [inserting] = await heads([insert], spec.fieldCount + 1, writes, !isRun || shares.insert > 0);
  return {
    insert: inserting,
    updates: await heads(updates, updated + 1, writes, isRun && shares.update + shares.readModifyWrite > 0),
    reads: await heads(selects, 1, reads, isRun && shares.read + shares.readModifyWrite > 0),
    scans: await heads(scans, 2, reads, isRun && shares.scan > 0),
  };
}

/** Requests of YCSB, each written straight into a connection's buffer. Answers what the session's `begin` does. */
export class YcsbRequests {
  /** The key of the row that is asked for: set it first. */
  readonly key: YcsbKey;
  readonly values: YcsbValue;
  readonly fields: readonly string[];
  private readonly lengths: Int32Array;

  private constructor(
    private readonly session: WireSession,
    private readonly heads: Heads,
    private readonly spec: YcsbSpec,
    random: () => number,
  ) {
    this.fields = fieldsOf(spec);
    this.key = new YcsbKey(spec);
    this.values = new YcsbValue(spec, random, this.fields);
    this.lengths = new Int32Array(spec.fieldCount);
  }

  static async prepare(
    session: WireSession,
    plan: StressPlanSpec,
    spec: YcsbSpec,
    random: () => number,
  ): Promise<YcsbRequests> {
    return new YcsbRequests(session, await prepareHeads(session, plan, spec), spec, random);
  }

  read(slot: number, field: number): number {
    const head = this.heads.reads[this.spec.readAllFields ? 0 : field];
    const at = this.begin(slot, head, 0);
    if (head !== undefined && at >= 0) this.writeKey(at + head.bytes.length);
    return at;
  }

  /** Goes to a replica of the first row, as a read of it would. */
  scan(slot: number, field: number, rows: number): number {
    const head = this.heads.scans[this.spec.readAllFields ? 0 : field];
    const at = this.begin(slot, head, 2 * LENGTH_BYTES);
    if (head === undefined || at < 0) return at;
    const { out } = this.session;
    out.writeInt32BE(rows, out.writeInt32BE(LENGTH_BYTES, this.writeKey(at + head.bytes.length)));
    return at;
  }

  update(slot: number, field: number): number {
    const { writeAllFields, fieldCount } = this.spec;
    const head = this.heads.updates[writeAllFields ? 0 : field];
    const first = writeAllFields ? 0 : field;
    const end = writeAllFields ? fieldCount : field + 1;
    const at = this.begin(slot, head, this.drawLengths(first, end));
    if (head !== undefined && at >= 0) this.writeKey(this.writeFields(at + head.bytes.length, first, end));
    return at;
  }

  insert(slot: number): number {
    const { insert } = this.heads;
    const { fieldCount } = this.spec;
    const at = this.begin(slot, insert, this.drawLengths(0, fieldCount));
    if (insert !== undefined && at >= 0) this.writeFields(this.writeKey(at + insert.bytes.length), 0, fieldCount);
    return at;
  }

  /** `more` are the bytes behind the head, without those of the key. */
  private begin(slot: number, head: RequestFrame | undefined, more: number): number {
    const { session, key } = this;
    if (head === undefined) return -1;
    if (session.routes) session.route(key.bytes, 0, key.length);
    return session.begin(slot, head, LENGTH_BYTES + key.length + more);
  }

  /** Draws the lengths of the fields; answers the bytes that they take. */
  private drawLengths(first: number, end: number): number {
    let bytes = 0;
    for (let field = first; field < end; field++)
      bytes += LENGTH_BYTES + (this.lengths[field] = this.values.drawLength());
    return bytes;
  }

  private writeKey(start: number): number {
    const { session, key } = this;
    const at = session.out.writeInt32BE(key.length, start);
    key.bytes.copy(session.out, at, 0, key.length);
    return at + key.length;
  }

  private writeFields(start: number, first: number, end: number): number {
    const { out } = this.session;
    let at = start;
    for (let field = first; field < end; field++) {
      const length = this.lengths[field] ?? 0;
      at = out.writeInt32BE(length, at);
      this.values.write(out, at, length, this.key, field);
      at += length;
    }
    return at;
  }
}
