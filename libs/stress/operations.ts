import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

type Spec = Pick<StressPlanSpec, 'operation' | 'ratio' | 'user'>;
/** What one operation of the data commands can be. */
export type StressCommandName = Exclude<StressPlanSpec['operation'], 'mixed' | 'user'>;

/** The operations of the data commands, in the order of their index on the hot path; names as cassandra-stress prints them. */
const DATA_OPERATIONS = ['READ', 'WRITE', 'COUNTER_WRITE', 'COUNTER_READ'] as const;
export const READ = 0;
export const WRITE = 1;
export const COUNTER_WRITE = 2;
export const COUNTER_READ = 3;

/** The command that does nothing but this operation, by index. */
const COMMAND_OF: readonly StressCommandName[] = ['read', 'write', 'counter_write', 'counter_read'];

/** Names of the operations, by their index on the hot path. */
export const operationNames = ({ operation, user }: Spec): readonly string[] =>
  operation === 'user' ? Object.keys(user?.operations ?? {}) : DATA_OPERATIONS;

/** Share of each operation in the run, by index; 0 for those that it has not. */
export function weightsOf({ operation, ratio, user }: Spec): number[] {
  if (operation === 'user') return Object.values(user?.operations ?? {});
  return COMMAND_OF.map((command) => (operation === 'mixed' ? ratio[command] : Number(command === operation)));
}

/** Which of the operations a run has. */
export const operationsOf = (spec: Spec): readonly number[] =>
  weightsOf(spec).flatMap((weight, operation) => (weight > 0 ? [operation] : []));

/** By index: whether an operation reads. */
export const readsOf = ({ operation, user }: Spec): boolean[] =>
  operation === 'user'
    ? Object.keys(user?.operations ?? {}).map((name) => !/(^|\.)insert$/i.test(name))
    : DATA_OPERATIONS.map((_, index) => index === READ || index === COUNTER_READ);

/** The same run with nothing but one of its operations, whose index stays. */
export function onlyOperation<S extends Spec>(spec: S, operation: number): S {
  if (spec.user === undefined || spec.operation !== 'user')
    return { ...spec, operation: COMMAND_OF[operation] ?? spec.operation };
  const names = Object.keys(spec.user.operations);
  const operations = Object.fromEntries(names.map((name, index) => [name, Number(index === operation)]));
  return { ...spec, user: { ...spec.user, operations } };
}

/** True for a run of the data commands that only reads: what it reads has to be there. */
export const onlyReads = (spec: Spec): boolean =>
  spec.operation !== 'user' &&
  operationsOf(spec).every((operation) => operation === READ || operation === COUNTER_READ);

/** Weights as the settings block and the command line tell them. */
export const namedWeights = (spec: Spec): [name: string, weight: number][] =>
  operationsOf(spec).map((operation) => [operationNames(spec)[operation] ?? '', weightsOf(spec)[operation] ?? 0]);
