import type { Issue } from '#libs/contract/problem.js';
import type { CreateRun, WorkloadKind } from '#libs/contract/run.js';
import type { Target } from '#libs/contract/target.js';
import type { SpecByKind } from '#libs/workloads/driver.js';

/** A posted definition made whole, or what is wrong with it. `contactPointPath` says where contact point i was given. */
export type Definition<K extends WorkloadKind> =
  | { spec: SpecByKind[K]; target: Target; contactPointPath: (index: number) => string; issues: [] }
  | { spec: undefined; issues: Issue[] };

type Define<K extends WorkloadKind> = (body: Extract<CreateRun, { kind: K }>) => Definition<K>;

const defineStress: Define<'stress'> = ({ spec, target }) => {
  if ('command' in spec)
    return {
      spec: undefined,
      issues: [{ path: 'spec.command', message: 'expected the structured form, found a command' }],
    };
  if (target === undefined)
    return { spec: undefined, issues: [{ path: 'target', message: 'expected an object, found nothing' }] };
  const contactPointPath = (index: number) => `target.contactPoints[${index}]`;
  return { spec: { ...spec, command: '' }, target, contactPointPath, issues: [] };
};

export const definitions: { [K in WorkloadKind]: Define<K> } = { stress: defineStress };
