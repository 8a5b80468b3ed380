import type { WorkloadKind } from '#libs/contract/run.js';
import type { Expectation } from '#libs/stats/audit.js';
import type { SpecByKind } from './driver.js';
import type { StressPlanSpec } from './stress/stress.schema.js';

/** What a specification promises, as far as the audit of a finished run compares it with what was measured. */
type Promised = Pick<Expectation, 'threads' | 'ratePerSecond' | 'operations'>;

const promisedByStress = ({ rate, stop }: StressPlanSpec): Promised => ({
  threads: rate.threads,
  // A throttle is only a cap: nothing is missed when a slow target lowers the rate.
  ratePerSecond: rate.model === 'open' ? rate.ratePerSecond : null,
  operations: stop.type === 'operations' ? stop.count : null,
});

/** What each kind promises; pure. */
export const expectations: { [K in WorkloadKind]: (spec: SpecByKind[K]) => Promised } = { stress: promisedByStress };
