/**
 * The rate that a run plans, in operations per second over all executors; null when it goes as fast as it can. Reads the
 * `rate` that the specifications of all kinds with load have in common: an open loop's rate or a closed loop's throttle.
 * A run without one (`generate` makes files) loads no cluster and counts as 0.
 */
export function plannedRatePerSecond(spec: object): number | null {
  const rate = 'rate' in spec ? spec.rate : undefined;
  if (typeof rate === 'number') return rate;
  if (typeof rate !== 'object' || rate === null) return 0;
  for (const name of ['ratePerSecond', 'throttlePerSecond'] as const) {
    const value: unknown = name in rate ? Reflect.get(rate, name) : undefined;
    if (typeof value === 'number') return value;
  }
  return null;
}
