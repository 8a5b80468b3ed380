import type { WorkloadKind } from '#libs/contract/run.js';
import type { Shard, SpecByKind } from './driver.js';
import { planStress } from './stress/stress.plan.js';

type Plan<Spec> = (spec: Spec, placement: { executors: number }) => Shard[];

/** How each kind is split over executors; pure. */
export const plans: { [K in WorkloadKind]: Plan<SpecByKind[K]> } = { stress: planStress };
