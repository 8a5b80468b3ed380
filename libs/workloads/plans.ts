import type { WorkloadKind } from '#libs/contract/run.js';
import type { RunDefinition, Shard, SpecByKind } from './driver.js';
import { planCdc } from './cdc/cdc.plan.js';
import { planGenerate } from './generate/generate.plan.js';
import { planLoad } from './load/load.plan.js';
import { planQuery } from './query/query.plan.js';
import { planParent } from './parent/parent.plan.js';
import { planSoak } from './soak/soak.plan.js';
import { planStress } from './stress/stress.plan.js';
import { planZookeeper } from './zookeeper/zookeeper.plan.js';

type Plan<Spec> = (spec: Spec, placement: { executors: number }) => Shard[];

/** How each kind is split over executors; pure. */
export const plans: { [K in WorkloadKind]: Plan<SpecByKind[K]> } = {
  stress: planStress,
  generate: planGenerate,
  load: planLoad,
  query: planQuery,
  zookeeper: planZookeeper,
  soak: planSoak,
  cdc: planCdc,
  suite: planParent,
  search: planParent,
};

/** The shards of one run; pure. */
export const planRun = <K extends WorkloadKind>(run: RunDefinition<K>, placement: { executors: number }): Shard[] =>
  plans[run.kind](run.spec, placement);
