import type { StoredRun } from '#libs/store/port.js';
import { handedTarget } from '../parent/handed-target.js';
import type { SearchSpec } from './search.schema.js';

type Spec = Readonly<Record<string, unknown>>;
type AtRate = (spec: Spec, ratePerSecond: number, search: SearchSpec) => Spec;

/** What a search gives to its probes. */
export type SearchHead = Pick<StoredRun, 'name' | 'labels' | 'target' | 'thresholds' | 'placement' | 'policies'> & {
  spec: SearchSpec;
};

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

const AT_RATE: { [K in SearchSpec['probe']['kind']]: AtRate } = {
  stress: (spec, ratePerSecond, { probeMs, warmUpMs }) => {
    const warmup = warmUpMs > 0 && !COLD.has(spec['operation']);
    return {
      ...spec,
      rate: { threads: THREADS, ...openRate(spec['rate'], ratePerSecond, ['threads', 'arrival']) },
      stop: { type: 'duration', durationMs: probeMs },
      warmup,
      ...(warmup && { warmupMs: warmUpMs }),
    };
  },
  query: (spec, ratePerSecond, { probeMs }) => ({
    ...spec,
    rate: openRate(spec['rate'], ratePerSecond, ['arrival']),
    durationMs: probeMs,
  }),
};

/** The body of POST /v1/runs for a probe: not checked yet. */
export const probeBody = (search: SearchHead, ratePerSecond: number): Record<string, unknown> => {
  const { name, labels, thresholds, placement, policies, spec } = search;
  const { kind } = spec.probe;
  return {
    kind,
    name: `${name ?? 'search'}: ${ratePerSecond} per second`.slice(0, 200),
    labels,
    target: handedTarget({ kind }, search),
    thresholds,
    placement,
    policies,
    spec: AT_RATE[kind](spec.probe.spec, ratePerSecond, spec),
  };
};
