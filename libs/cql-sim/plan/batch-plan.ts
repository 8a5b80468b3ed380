import type { Call, Variable } from './call.js';
import { writeVoid } from './condition.js';
import type { Plan } from './environment.js';
import type { ModificationPlan } from './modification-plan.js';
import type { WriteTimes } from './write-target.js';

/** One member of a batch with its own values. */
export interface BatchMember {
  plan: ModificationPlan;
  bound: Call['bound'];
}

/** Runs a batch: all of it, or (when a condition of one member does not hold) none. */
export function runBatch(members: readonly BatchMember[], call: Call): void {
  const conditional = members.filter(({ plan }) => plan.condition !== null);
  for (const { plan, bound } of conditional) {
    call.bound = bound;
    const { partition, row } = plan.found(call);
    if (plan.condition?.holds(call, partition, row) !== false) continue;
    plan.condition.writeAnswer(call, false, partition, row);
    return;
  }
  for (const { plan, bound } of members) {
    call.bound = bound;
    plan.apply(call);
  }
  const [first] = conditional;
  if (first?.plan.condition) first.plan.condition.writeAnswer(call, true, undefined, null);
  else writeVoid(call);
}

/** BEGIN BATCH … APPLY BATCH as one statement: all members share its values. */
export class BatchPlan implements Plan {
  readonly access = 'write';
  readonly keyspace: string;
  readonly table: string;
  readonly metadata = null;
  readonly keyIndexes: readonly number[];

  constructor(
    private readonly plans: readonly ModificationPlan[],
    readonly variables: readonly Variable[],
    private readonly times: WriteTimes,
  ) {
    this.keyspace = plans[0]?.keyspace ?? '';
    this.table = plans[0]?.table ?? '';
    this.keyIndexes = plans[0]?.keyIndexes ?? [];
  }

  run(call: Call): void {
    call.timestampUs = this.times.timestampUs(call);
    runBatch(
      this.plans.map((plan) => ({ plan, bound: call.bound })),
      call,
    );
  }
}
