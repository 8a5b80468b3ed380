import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';

/** Shares of the operations, in the order of their index on the hot path. */
type Shares = NonNullable<YcsbSpec['shares']>;

/** What a core workload is made of. */
interface CoreWorkload {
  shares: Shares;
  requestDistribution: NonNullable<YcsbSpec['requestDistribution']>;
  scanLength: NonNullable<YcsbSpec['scanLength']>;
}

const LONG_SCANS = { min: 1, max: 1_000 };
const none: Shares = { read: 0, update: 0, insert: 0, scan: 0, readModifyWrite: 0 };

/** The six core workloads as their files have them. */
const PRESETS: { [W in NonNullable<YcsbSpec['workload']>]: CoreWorkload } = {
  /** Update heavy: a session store. */
  A: { shares: { ...none, read: 0.5, update: 0.5 }, requestDistribution: 'zipfian', scanLength: LONG_SCANS },
  /** Read mostly: photo tagging. */
  B: { shares: { ...none, read: 0.95, update: 0.05 }, requestDistribution: 'zipfian', scanLength: LONG_SCANS },
  /** Read only: a cache of profiles. */
  C: { shares: { ...none, read: 1 }, requestDistribution: 'zipfian', scanLength: LONG_SCANS },
  /** Read latest: status updates. */
  D: { shares: { ...none, read: 0.95, insert: 0.05 }, requestDistribution: 'latest', scanLength: LONG_SCANS },
  /** Short ranges: threaded conversations. */
  E: {
    shares: { ...none, scan: 0.95, insert: 0.05 },
    requestDistribution: 'zipfian',
    scanLength: { min: 1, max: 100 },
  },
  /** Read, modify, write: a user database. */
  F: { shares: { ...none, read: 0.5, readModifyWrite: 0.5 }, requestDistribution: 'zipfian', scanLength: LONG_SCANS },
};

/** What YCSB does when its properties say nothing. */
const STANDARD: CoreWorkload = {
  shares: { ...none, read: 0.95, update: 0.05 },
  requestDistribution: 'uniform',
  scanLength: LONG_SCANS,
};

/** The operations of a run and their keys: what it says itself, else what its core workload says. */
export function coreWorkload(spec: YcsbSpec): CoreWorkload {
  const preset = spec.workload === undefined ? STANDARD : PRESETS[spec.workload];
  return {
    shares: spec.shares ?? preset.shares,
    requestDistribution: spec.requestDistribution ?? preset.requestDistribution,
    scanLength: spec.scanLength ?? preset.scanLength,
  };
}

/** Rows that a load inserts, and among which a run draws before it inserts more. */
export const rowsOf = ({ recordCount, insertStart, insertCount }: YcsbSpec): number =>
  insertCount ?? recordCount - insertStart;
