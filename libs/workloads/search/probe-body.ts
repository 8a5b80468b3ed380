import type { StoredRun } from '#libs/store/port.js';
import { handedTarget } from '../parent/handed-target.js';
import { atRate } from './probe-rate.js';
import type { SearchSpec } from './search.schema.js';

/** What a search gives to its probes. */
export type SearchHead = Pick<StoredRun, 'name' | 'labels' | 'target' | 'thresholds' | 'placement' | 'policies'> & {
  spec: SearchSpec;
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
    spec: atRate(spec, ratePerSecond),
  };
};
