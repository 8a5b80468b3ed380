import type { Population, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** Commands that fill: in order. A user run fills when it does nothing but insert. */
const onlyWrites = ({ operation, user }: StressPlanSpec): boolean =>
  operation === 'user'
    ? Object.keys(user?.operations ?? {}).every((name) => name.endsWith('insert'))
    : operation === 'write' || operation === 'counter_write';

/** The original's default: writes take the keys in order, everything else draws from a normal distribution over them. */
export function populationOf(spec: StressPlanSpec): Population {
  if (spec.population) return spec.population;
  const rows = spec.stop.type === 'operations' ? Math.max(1, spec.stop.count) : 1_000_000;
  return onlyWrites(spec)
    ? { type: 'sequence', from: 1, to: rows, wrap: true }
    : { type: 'distribution', distribution: { type: 'gaussian', min: 1, max: rows } };
}
