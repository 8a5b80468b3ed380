import type { Probed, SearchSpec } from './search.schema.js';
import type { Next } from './limit-plan.js';

export type SweepPlan = Extract<SearchSpec['plan'], { type: 'sweep' }>;

const DIGITS = 6;

/** The rates of a sweep, in order: as listed, or evenly over the range, or over its logarithm. */
export function sweepRates({ ratesPerSecond }: SweepPlan): number[] {
  if (Array.isArray(ratesPerSecond)) return [...ratesPerSecond];
  const { from, to, count, scale } = ratesPerSecond;
  const at = (share: number) => (scale === 'linear' ? from + (to - from) * share : from * (to / from) ** share);
  return Array.from({ length: count }, (_, index) => Number(at(index / (count - 1)).toPrecision(DIGITS)));
}

/** The next rate of a sweep: each one until it has an outcome that can be believed, or was tried often enough. */
export function nextOfSweep(plan: SweepPlan, probes: readonly Probed[], maxInvalid: number): Next {
  const left = [...probes];
  for (const rate of sweepRates(plan)) {
    let tries = 0;
    let last: Probed | undefined;
    while (
      left[0]?.ratePerSecond === rate &&
      tries < maxInvalid &&
      (last === undefined || last.outcome === 'invalid')
    ) {
      last = left.shift();
      tries++;
    }
    if (last === undefined || (last.outcome === 'invalid' && tries < maxInvalid)) return { probe: rate };
    if (plan.stopAtMissed && last.outcome === 'missed') return { stop: last.limitedBy ?? 'thresholds' };
  }
  return { stop: 'all' };
}
