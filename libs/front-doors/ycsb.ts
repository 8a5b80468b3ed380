import { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';

type Input = Partial<Omit<YcsbSpec, 'shares' | 'requestDistribution'>>;
interface Preset {
  shares: Partial<YcsbSpec['shares']>;
  requestDistribution: YcsbSpec['requestDistribution'];
  scanLength?: YcsbSpec['scanLength'];
}

/** The six core workloads as their files have them. */
export const YCSB_PRESETS = {
  /** Update heavy: a session store. */
  A: { shares: { read: 0.5, update: 0.5 }, requestDistribution: 'zipfian' },
  /** Read mostly: photo tagging. */
  B: { shares: { read: 0.95, update: 0.05 }, requestDistribution: 'zipfian' },
  /** Read only: a cache of profiles. */
  C: { shares: { read: 1 }, requestDistribution: 'zipfian' },
  /** Read latest: status updates. */
  D: { shares: { read: 0.95, insert: 0.05 }, requestDistribution: 'latest' },
  /** Short ranges: threaded conversations. */
  E: { shares: { scan: 0.95, insert: 0.05 }, requestDistribution: 'zipfian', scanLength: { min: 1, max: 100 } },
  /** Read, modify, write: a user database. */
  F: { shares: { read: 0.5, readModifyWrite: 0.5 }, requestDistribution: 'zipfian' },
} as const satisfies Readonly<Record<string, Preset>>;
export type YcsbPreset = keyof typeof YCSB_PRESETS;

/** A preset with the counts and sizes of `input`; throws a ZodError when they are out of range. */
export const ycsbPreset = (preset: YcsbPreset, input: Input = {}): YcsbSpec =>
  YcsbSpec.parse({ ...YCSB_PRESETS[preset], ...input });
