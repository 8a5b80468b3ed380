import type { LoadKind } from '#libs/contract/run.js';
import type { Expectation } from '#libs/stats/audit.js';
import { countsPartitions } from '#libs/stress/profile/user-spec.js';
import type { RunDefinition, SpecByKind } from './driver.js';
import type { CdcSpec } from './cdc/cdc.schema.js';
import type { GenerateSpec } from './generate/generate.schema.js';
import type { LoadSpec } from './load/load.schema.js';
import type { QuerySpec } from './query/query.schema.js';
import { promisedBySoak } from './soak/soak.promise.js';
import type { StressPlanSpec } from './stress/stress.schema.js';
import { promisedByZookeeper } from './zookeeper/zookeeper.promise.js';

/** What a specification promises, as far as the audit of a finished run compares it with what was measured. */
export type Promised = Pick<Expectation, 'threads' | 'ratePerSecond' | 'operations' | 'measuresItself'>;

/** `lanes`: load threads over all executors. */
type Promises<Spec> = (spec: Spec, lanes: number) => Promised;

const promisedByStress = (spec: StressPlanSpec): Promised => promised(spec, countsPartitions(spec));

const promised = ({ rate, stop }: StressPlanSpec, isOpen: boolean): Promised => ({
  threads: rate.threads,
  // A throttle is only a cap: nothing is missed when a slow target lowers the rate.
  ratePerSecond: rate.model === 'open' ? rate.ratePerSecond : null,
  // What several partitions of an operation, or the end of the ring, make of a count is not known before.
  operations: stop.type === 'operations' && !isOpen ? stop.count : null,
});

const promisedByGenerate = (_spec: GenerateSpec, lanes: number): Promised => ({
  // Each lane makes one row after the other.
  threads: lanes,
  ratePerSecond: null,
  // Rows of kept files are not made again; that every file is there is checked by the driver.
  operations: null,
  measuresItself: true,
});

const promisedByLoad = ({ concurrency }: LoadSpec): Promised => ({
  threads: concurrency,
  // The rate is only a cap, and how many rows there are is known when they are read.
  ratePerSecond: null,
  operations: null,
  measuresItself: true,
});

const promisedByQuery = ({ rate, concurrency }: QuerySpec, lanes: number): Promised => ({
  threads: concurrency * lanes,
  ratePerSecond: rate.model === 'open' ? rate.ratePerSecond : null,
  // How many rows the files have is known when they have been read.
  operations: null,
});

const promisedByCdc = ({ ratePerSecond, rampMs, maxInFlight }: CdcSpec, lanes: number): Promised => ({
  threads: maxInFlight * lanes,
  // While it rises, the rate is not the one that was asked for.
  ratePerSecond: rampMs === 0 ? ratePerSecond : null,
  operations: null,
});

/** What each kind promises; pure. */
const expectations: { [K in LoadKind]: Promises<SpecByKind[K]> } = {
  stress: promisedByStress,
  generate: promisedByGenerate,
  load: promisedByLoad,
  query: promisedByQuery,
  zookeeper: promisedByZookeeper,
  soak: promisedBySoak,
  cdc: promisedByCdc,
};

/** What one run promises; `lanes` over all executors. */
export const promisedBy = <K extends LoadKind>(run: RunDefinition<K>, lanes: number): Promised =>
  expectations[run.kind](run.spec, lanes);
