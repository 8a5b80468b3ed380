import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

type Spec = Pick<StressPlanSpec, 'operation' | 'ratio'>;
/** What one operation can be: every command but `mixed`, which is made of the others. */
export type StressCommandName = Exclude<StressPlanSpec['operation'], 'mixed'>;

/** The operations of the data commands, in the order of their index on the hot path; names as cassandra-stress prints them. */
export const STRESS_OPERATIONS = ['READ', 'WRITE', 'COUNTER_WRITE', 'COUNTER_READ'] as const;
export const READ = 0;
export const WRITE = 1;
export const COUNTER_WRITE = 2;
export const COUNTER_READ = 3;

/** The command that does nothing but this operation, by index. */
export const COMMAND_OF: readonly StressCommandName[] = ['read', 'write', 'counter_write', 'counter_read'];

/** Share of each operation in the run, by index; 0 for those that it has not. */
export const weightsOf = ({ operation, ratio }: Spec): number[] =>
  COMMAND_OF.map((command) => (operation === 'mixed' ? ratio[command] : Number(command === operation)));

/** Which of the operations a run has. */
export const operationsOf = (spec: Spec): readonly number[] =>
  weightsOf(spec).flatMap((weight, operation) => (weight > 0 ? [operation] : []));

/** True for a run that only reads: what it reads has to be there. */
export const onlyReads = (spec: Spec): boolean =>
  operationsOf(spec).every((operation) => operation === READ || operation === COUNTER_READ);
