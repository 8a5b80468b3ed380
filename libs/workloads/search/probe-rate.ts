import type { SpecByKind } from '../driver.js';
import type { SearchSpec } from './search.schema.js';

type Spec = Readonly<Record<string, unknown>>;
type ProbeKind = SearchSpec['probe']['kind'];

interface ProbeRate {
  /** A posted specification at a rate, with the search's end; what it said of both is replaced. */
  at(spec: Spec, ratePerSecond: number, search: Pick<SearchSpec, 'probeMs' | 'warmUpMs'>): Spec;
  /** True: the rate is a cap, and only what was done says whether it was reached. */
  isCap: boolean;
}

/** In flight at most, where nothing else is said; more than enough for what a probe is to find out. */
const THREADS = 64;

/** Stress operations that have no warm-up. */
const COLD: ReadonlySet<unknown> = new Set(['scyllaBench', 'ycsb']);

const recordOf = (value: unknown): Spec => (typeof value === 'object' && value !== null ? { ...value } : {});

/** A rate that operations are due at; of what was said of another model only what fits. */
const openRate = (rate: unknown, ratePerSecond: number, kept: readonly string[]): Spec => ({
  ...Object.fromEntries(Object.entries(recordOf(rate)).filter(([name]) => kept.includes(name))),
  model: 'open',
  ratePerSecond,
});

/** Where each kind has its rate and its end: a kind that a search can probe is one line here and in the schema. */
const PROBE_RATES: { [K in ProbeKind & keyof SpecByKind]: ProbeRate } = {
  stress: {
    at(spec, ratePerSecond, { probeMs, warmUpMs }) {
      const warmup = warmUpMs > 0 && !COLD.has(spec['operation']);
      return {
        ...spec,
        rate: { threads: THREADS, ...openRate(spec['rate'], ratePerSecond, ['threads', 'arrival']) },
        stop: { type: 'duration', durationMs: probeMs },
        warmup,
        ...(warmup && { warmupMs: warmUpMs }),
      };
    },
    isCap: false,
  },
  query: {
    at: (spec, ratePerSecond, { probeMs }) => ({
      ...spec,
      rate: openRate(spec['rate'], ratePerSecond, ['arrival']),
      durationMs: probeMs,
    }),
    isCap: false,
  },
  // A probe loads the whole dataset anew: it ends when the rows do.
  load: {
    at: (spec, ratePerSecond) => ({ ...spec, rowsPerSecond: ratePerSecond, existing: 'restart' }),
    isCap: true,
  },
  zookeeper: {
    at: ({ operations: _count, waitMs: _pauses, ...spec }, ratePerSecond, { probeMs }) => ({
      ...spec,
      rate: openRate(spec['rate'], ratePerSecond, ['arrival']),
      durationMs: probeMs,
    }),
    isCap: false,
  },
  cdc: {
    at: (spec, ratePerSecond, { probeMs }) => ({ ...spec, ratePerSecond, rampMs: 0, durationMs: probeMs }),
    isCap: false,
  },
};

/** The specification of a probe of a search, as it is posted: not checked yet. */
export const atRate = (search: SearchSpec, ratePerSecond: number): Spec =>
  PROBE_RATES[search.probe.kind].at(search.probe.spec, ratePerSecond, search);

/** True for kinds whose rate is a cap; for the others the audit of a run says whether it was reached. */
export const isCapped = (kind: string): boolean =>
  Object.entries(PROBE_RATES).some(([name, { isCap }]) => name === kind && isCap);
