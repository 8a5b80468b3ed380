import { type PagedHeads, pagedHeads } from '#libs/cql/paged-head.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { NO_HOST, type WireSession } from '#libs/cql/session.js';
import { refusalOutcome } from '#libs/workloads/lane/refusals.js';
import type { Payload } from '#libs/front-doors/scylla-bench-payload.js';
import { RequestKeys } from '#libs/front-doors/scylla-bench-request.js';
import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { ConsistencyLevel } from '../consistency-level.schema.js';
import { MORE } from '../door/door-target.js';
import type { FailureNotes } from '../failure-notes.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { type BenchRequest, PK_BYTES } from './bench-request.js';
import { BenchRows } from './bench-rows.js';
import { writeKey } from './bench-write.js';

type Restriction = Extract<ScyllaBenchSpec, { mode: 'read' }>['select']['restriction'];

export interface BenchReadOptions {
  session: WireSession;
  /** Taken in turn. */
  statements: readonly PreparedStatement[];
  consistency: ConsistencyLevel;
  slots: number;
  rowsPerRequest: number;
  restriction: Restriction;
  pageSize: number;
  /** True: rows are found by token ranges, which name no partition. */
  isScan: boolean;
  isCounter: boolean;
  isChecked: boolean;
  payload: Payload;
  notes: FailureNotes;
}

/** How much of a wrong value a message shows. */
const SHOWN_BYTES = 128;
const shown = (bytes: Buffer): string =>
  bytes.length <= SHOWN_BYTES
    ? bytes.toString('hex')
    : `${bytes.toString('hex', 0, SHOWN_BYTES)}… (${bytes.length} bytes)`;

/** Selects, page after page: rows of one partition, or of a range of tokens. */
export class BenchRead implements BenchRequest {
  /** Reads that found no row at all. */
  emptyCount = 0;
  private readonly keys: readonly RequestKeys[];
  private readonly heads: readonly PagedHeads[];
  private readonly ordering: Int32Array;
  private readonly rows: Float64Array;
  private readonly key = Buffer.alloc(PK_BYTES);
  private readonly found: BenchRows;
  private readonly bytes: number;
  private turn = 0;

  constructor(private readonly options: BenchReadOptions) {
    const { slots, rowsPerRequest, restriction, statements, consistency } = options;
    const places = { none: 0, lowerBound: 1, bothBounds: 2, in: rowsPerRequest }[restriction];
    this.keys = Array.from({ length: slots }, () => new RequestKeys(rowsPerRequest, places));
    this.heads = statements.map((statement) => pagedHeads(statement, consistency, 1 + places));
    this.ordering = new Int32Array(slots);
    this.rows = new Float64Array(slots);
    this.found = new BenchRows(options.payload, options.isCounter, options.isChecked);
    this.bytes = (1 + places) * (4 + PK_BYTES) + 4;
  }

  draw(slot: number, walk: KeyWalk, elapsedNs: number): void {
    this.keys[slot]?.forRead[this.options.restriction](walk, elapsedNs);
    this.ordering[slot] = this.turn;
    this.turn = (this.turn + 1) % this.heads.length;
  }

  begin(slot: number): number {
    const keys = this.keys[slot];
    const heads = this.heads[this.ordering[slot] ?? 0];
    if (keys === undefined || heads === undefined) return NO_HOST;
    this.rows[slot] = 0;
    const { session } = this.options;
    this.route(keys);
    const at = session.begin(slot, heads.first, this.bytes);
    if (at >= 0) this.writeValues(session.out, at + heads.first.bytes.length, keys);
    return at;
  }

  private route(keys: RequestKeys): void {
    const { session, isScan } = this.options;
    if (!session.routes || isScan) return;
    keys.pk.writeBE(this.key, 0);
    session.route(this.key, 0, PK_BYTES);
  }

  private writeValues(out: Buffer, start: number, { pk, cks, count }: RequestKeys): number {
    let at = writeKey(out, start, pk);
    for (let index = 0; index < count; index++) at = writeKey(out, at, cks[index] ?? pk);
    return out.writeInt32BE(this.options.pageSize, at);
  }

  onVoid(): number {
    return OUTCOME_INDEX.other;
  }

  onRows(slot: number, buffer: Buffer, start: number, end: number): number {
    const { found } = this;
    const keys = this.keys[slot];
    found.read(buffer, start, end, this.options.isScan ? undefined : keys?.pk);
    if (found.problem !== undefined) return this.differs(slot, found.problem, buffer);
    this.rows[slot] = (this.rows[slot] ?? 0) + found.rows;
    if (found.stateBytes > 0 && keys !== undefined) return this.nextPage(slot, keys, buffer);
    if (this.rows[slot] === 0) this.emptyCount++;
    return OUTCOME_INDEX.ok;
  }

  /** The answer's paging state goes from the buffer that was read straight into the next request. */
  private nextPage(slot: number, keys: RequestKeys, buffer: Buffer): number {
    const { session } = this.options;
    const next = this.heads[this.ordering[slot] ?? 0]?.next;
    const { stateAt, stateBytes } = this.found;
    this.route(keys);
    const at = next === undefined ? NO_HOST : session.begin(slot, next, this.bytes + stateBytes);
    if (next === undefined || at < 0) return refusalOutcome(at);
    buffer.copy(
      session.out,
      this.writeValues(session.out, at + next.bytes.length, keys),
      stateAt,
      stateAt + stateBytes,
    );
    return MORE;
  }

  private differs(slot: number, problem: string, buffer: Buffer): number {
    const { found } = this;
    const { pk, ck, valueAt, valueLength } = found;
    const bytes = valueLength < 0 ? undefined : buffer.subarray(valueAt, valueAt + valueLength);
    this.options.notes.different(slot, {
      key: `pk ${pk.toBigInt()}, ck ${ck.toBigInt()}`,
      column: this.options.isCounter ? 'c1 to c5' : 'v',
      expected: `${this.expected(valueLength)} (${problem})`,
      found: bytes === undefined ? null : shown(bytes),
    });
    return OUTCOME_INDEX.validation;
  }

  /** What belongs to the keys of the wrong row, of the size that was found. */
  private expected(size: number): string {
    const { payload, isCounter } = this.options;
    const { pk, ck } = this.found;
    if (isCounter) return 'c2 = c1 + n, c3 = c1 + 2n, c4 = c1 + 3n, c5 = c1 + 4n where n = c1 / ck';
    if (size < 1) return 'a value';
    const bytes = Buffer.alloc(size);
    payload.write('checked', bytes, 0, size, pk, ck);
    return shown(bytes);
  }

  rowsOf(slot: number): number {
    return this.rows[slot] ?? 0;
  }
}
