import type { Issue } from '#libs/contract/problem.js';
import type { CreateRun, WorkloadKind } from '#libs/contract/run.js';
import type { Target } from '#libs/contract/target.js';
import type { SpecByKind } from '#libs/workloads/driver.js';
import { defineStress } from './stress-definition.js';

/** A posted definition made whole, or what is wrong with it. `contactPointPath` says where contact point i was given. */
export type Definition<K extends WorkloadKind> =
  | { spec: SpecByKind[K]; target: Target; contactPointPath: (index: number) => string; issues: [] }
  | { spec: undefined; issues: Issue[] };

export type Define<K extends WorkloadKind> = (body: Extract<CreateRun, { kind: K }>) => Definition<K>;

/** What each kind stores for what was posted; pure. */
export const definitions: { [K in WorkloadKind]: Define<K> } = { stress: defineStress };
