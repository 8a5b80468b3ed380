import type { WorkloadKind } from '#libs/contract/run.js';
import type { Expectation } from '#libs/stats/audit.js';
import { countsPartitions } from '#libs/stress/profile/user-spec.js';
import type { SpecByKind } from './driver.js';
import type { StressPlanSpec } from './stress/stress.schema.js';

/** What a specification promises, as far as the audit of a finished run compares it with what was measured. */
type Promised = Pick<Expectation, 'threads' | 'ratePerSecond' | 'operations'>;

const promisedByStress = (spec: StressPlanSpec): Promised => promised(spec, countsPartitions(spec));

const promised = ({ rate, stop }: StressPlanSpec, isOpen: boolean): Promised => ({
  threads: rate.threads,
  // A throttle is only a cap: nothing is missed when a slow target lowers the rate.
  ratePerSecond: rate.model === 'open' ? rate.ratePerSecond : null,
  // What several partitions of an operation, or the end of the ring, make of a count is not known before.
  operations: stop.type === 'operations' && !isOpen ? stop.count : null,
});

/** What each kind promises; pure. */
export const expectations: { [K in WorkloadKind]: (spec: SpecByKind[K]) => Promised } = { stress: promisedByStress };
