import type { SimulatedLag } from '#libs/workloads/cdc/cdc.schema.js';

/** Standard normal deviate of the 99th percentile. */
const Z99 = 2.326_347_874;

/** Draws how long each change takes, milliseconds; `random` is in [0, 1). */
export function lagOf(lag: SimulatedLag, random: () => number): () => number {
  if (lag.type === 'constant') return () => lag.ms;
  const mu = Math.log(lag.medianMs);
  const sigma = Math.max(0, (Math.log(lag.p99Ms) - mu) / Z99);
  // Box and Muller; 1 - u is never 0.
  return () => Math.exp(mu + sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}
