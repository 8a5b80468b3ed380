import { type FrameTemplate, frameTemplate } from '#libs/cql/frame-template.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import type { WireSession } from '#libs/cql/session.js';
import { RequestKeys } from '#libs/front-doors/scylla-bench-request.js';
import type { KeyWalk } from '#libs/front-doors/scylla-bench-walk.js';
import { Word64 } from '#libs/front-doors/word64.js';
import type { ConsistencyLevel } from '../consistency-level.schema.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { type BenchRequest, PK_BYTES } from './bench-request.js';

const COUNTERS = 5;

export interface BenchCounterOptions {
  session: WireSession;
  statement: PreparedStatement;
  consistency: ConsistencyLevel;
  slots: number;
}

/** Adds ck, ck + 1 … ck + 4 to the five counters of a row. */
export class BenchCounter implements BenchRequest {
  private readonly keys: readonly RequestKeys[];
  private readonly template: FrameTemplate;
  private readonly key = Buffer.alloc(PK_BYTES);
  private readonly increment = new Word64();
  private readonly one = new Word64().setNumber(1);

  constructor(private readonly options: BenchCounterOptions) {
    const lengths = Array.from({ length: COUNTERS + 2 }, () => PK_BYTES);
    this.keys = Array.from({ length: options.slots }, () => new RequestKeys(1));
    this.template = frameTemplate(options.statement, options.consistency, lengths);
  }

  draw(slot: number, walk: KeyWalk, elapsedNs: number): void {
    this.keys[slot]?.forRead.lowerBound(walk, elapsedNs);
  }

  begin(slot: number): number {
    const keys = this.keys[slot];
    const ck = keys?.cks[0];
    if (keys === undefined || ck === undefined) return -1;
    const { session } = this.options;
    if (session.routes) {
      keys.pk.writeBE(this.key, 0);
      session.route(this.key, 0, PK_BYTES);
    }
    const begun = session.begin(slot, this.template);
    if (begun < 0) return begun;
    const { out } = session;
    const { valueOffsets } = this.template;
    this.increment.copy(ck);
    for (let counter = 0; counter < COUNTERS; counter++) {
      this.increment.writeBE(out, begun + (valueOffsets[counter] ?? 0));
      this.increment.add(this.one);
    }
    keys.pk.writeBE(out, begun + (valueOffsets[COUNTERS] ?? 0));
    ck.writeBE(out, begun + (valueOffsets[COUNTERS + 1] ?? 0));
    return begun;
  }

  onVoid(): number {
    return OUTCOME_INDEX.ok;
  }

  onRows(): number {
    return OUTCOME_INDEX.ok;
  }

  rowsOf(): number {
    return 1;
  }
}
