import type { Overrides } from '#libs/contract/schedule.js';
import type { StoredRun } from '#libs/store/port.js';

const saysCommand = ({ spec }: Overrides): boolean => typeof spec === 'object' && spec !== null && 'command' in spec;

/**
 * A stored run as a body of POST /v1/runs, for `overrides` to be merged into. A stress run is stored in both of its forms
 * and posted in one of them: in that which the overrides are about.
 */
export function postedForm(run: StoredRun, overrides: Overrides): Record<string, unknown> {
  const { kind, name, labels, target, thresholds, placement, policies } = run;
  return {
    kind,
    ...(name !== null && { name }),
    labels,
    ...(target !== null && { target }),
    spec: run.kind === 'stress' ? stressForm(run.spec, overrides) : run.spec,
    thresholds,
    placement,
    policies,
  };
}

function stressForm(spec: Extract<StoredRun, { kind: 'stress' }>['spec'], overrides: Overrides): object {
  const { command: _, ...structured } = spec;
  // A new line says everything anew.
  return saysCommand(overrides) ? {} : structured;
}
