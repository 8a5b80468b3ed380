import type { WorkloadKind } from '#libs/contract/run.js';
import type { SpecByKind } from './driver.js';

/** How the kinds say when operations are due: an open loop's rate, or a closed loop's cap. */
type Rate = { model: 'open'; ratePerSecond: number } | { model: 'closed'; throttlePerSecond?: number | undefined };

const ofRate = ({ rate }: { rate: Rate }): number | null =>
  rate.model === 'open' ? rate.ratePerSecond : (rate.throttlePerSecond ?? null);

/** A run that loads no cluster itself. */
const none = (): number => 0;

/** Where each kind says how much it sends. */
const PLANNED: { [K in WorkloadKind]: (spec: SpecByKind[K]) => number | null } = {
  stress: ofRate,
  generate: none,
  load: ({ rowsPerSecond }) => rowsPerSecond ?? null,
  query: ofRate,
  zookeeper: ofRate,
  // Its writers go as fast as the target lets them.
  soak: () => null,
  cdc: ({ ratePerSecond }) => ratePerSecond,
  // Their steps and probes are runs of their own.
  suite: none,
  search: none,
};

/** What a run plans, in operations per second over all executors; null when it goes as fast as it can. */
export const plannedRatePerSecond = <K extends WorkloadKind>({
  kind,
  spec,
}: { [P in K]: { kind: P; spec: SpecByKind[P] } }[K]): number | null => PLANNED[kind](spec);

const PATHS: { readonly [K in WorkloadKind]?: string } = {
  load: 'spec.rowsPerSecond',
  cdc: 'spec.ratePerSecond',
  soak: 'spec',
};

/** Where in a definition a kind has its rate. */
export const ratePathOf = (kind: WorkloadKind): string => PATHS[kind] ?? 'spec.rate';
