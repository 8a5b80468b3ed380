import type { Issue } from '#libs/contract/problem.js';
import type { CreateRun, WorkloadKind } from '#libs/contract/run.js';
import type { RunDefinition } from '#libs/workloads/driver.js';
import { defineCdc } from './cdc-definition.js';
import { defineGenerate } from './generate-definition.js';
import { defineLoad } from './load-definition.js';
import { defineQuery } from './query-definition.js';
import { defineSearch, defineSuite } from './parent-definition.js';
import { defineSoak } from './soak-definition.js';
import { defineStress } from './stress-definition.js';
import { defineZookeeper } from './zookeeper-definition.js';

/** A posted definition made whole, or what is wrong with it. `contactPointPath` says where contact point i was given. */
export type Definition<K extends WorkloadKind> =
  | { run: RunDefinition<K>; contactPointPath: (index: number) => string; issues: [] }
  | { run: undefined; issues: Issue[] };

/** The body of POST /v1/runs for one kind. */
type BodyOf<K extends WorkloadKind> = { [P in K]: { kind: P } & Extract<CreateRun, { kind: P }> }[K];

export type Define<K extends WorkloadKind> = (body: BodyOf<K>) => Definition<K>;

/** What each kind stores for what was posted; pure. */
const definitions: { [K in WorkloadKind]: Define<K> } = {
  stress: defineStress,
  generate: defineGenerate,
  load: defineLoad,
  query: defineQuery,
  zookeeper: defineZookeeper,
  soak: defineSoak,
  cdc: defineCdc,
  suite: defineSuite,
  search: defineSearch,
};

/** A posted run made whole, or what is wrong with it; pure. */
export const defineRun = <K extends WorkloadKind>(body: BodyOf<K>): Definition<K> => definitions[body.kind](body);
