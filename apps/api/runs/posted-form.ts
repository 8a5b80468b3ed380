import type { Overrides } from '#libs/contract/schedule.js';
import type { StoredRun } from '#libs/store/port.js';
import { postedEnsemble } from '#libs/workloads/zookeeper/zookeeper-run.js';

const saysCommand = ({ spec }: Overrides): boolean => typeof spec === 'object' && spec !== null && 'command' in spec;

/**
 * A stored run as a body of POST /v1/runs, for `overrides` to be merged into. A stress run is stored in both of its forms
 * and posted in one of them: in that which the overrides are about.
 */
export function postedForm(run: StoredRun, overrides: Overrides): Record<string, unknown> {
  const { kind, name, labels, thresholds, placement, policies } = run;
  const { spec, target } = inOneForm(run, overrides);
  return {
    kind,
    ...(name !== null && { name }),
    labels,
    ...(target !== null && { target }),
    spec,
    thresholds,
    placement,
    policies,
  };
}

/** An ensemble is stored as contact points and a chroot, and posted as a connect string. */
function inOneForm(run: StoredRun, overrides: Overrides): { spec: object; target: unknown } {
  if (run.kind === 'stress') return { spec: stressForm(run.spec, overrides), target: run.target };
  if (run.kind === 'zookeeper') {
    const { chroot, ...spec } = run.spec;
    return { spec, target: postedEnsemble(run.target, chroot) };
  }
  if ('ensemble' in run.spec && run.spec.ensemble !== undefined && run.target !== null) {
    const { ensemble, ...spec } = run.spec;
    return { spec, target: postedEnsemble(run.target, ensemble.chroot) };
  }
  return { spec: run.spec, target: run.target };
}

function stressForm(spec: Extract<StoredRun, { kind: 'stress' }>['spec'], overrides: Overrides): object {
  const { command: _, ...structured } = spec;
  // A new line says everything anew.
  return saysCommand(overrides) ? {} : structured;
}
