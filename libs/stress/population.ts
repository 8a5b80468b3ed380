import type { Population, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** The original's default: writes take the keys in order, everything else draws from a normal distribution over them. */
export function populationOf(spec: StressPlanSpec): Population {
  if (spec.population) return spec.population;
  const rows = spec.stop.type === 'operations' ? Math.max(1, spec.stop.count) : 1_000_000;
  return spec.operation === 'write' || spec.operation === 'counter_write'
    ? { type: 'sequence', from: 1, to: rows, wrap: true }
    : { type: 'distribution', distribution: { type: 'gaussian', min: 1, max: rows } };
}
