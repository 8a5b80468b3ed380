import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** The operations of the data commands, in the order of their index on the hot path; names as cassandra-stress prints them. */
export const STRESS_OPERATIONS = ['READ', 'WRITE'] as const;
export const READ = 0;
export const WRITE = 1;

/** Which of the operations a run has. */
export const operationsOf = (spec: Pick<StressPlanSpec, 'operation' | 'ratio'>): readonly number[] => {
  const active = {
    read: [READ],
    write: [WRITE],
    mixed: [...(spec.ratio.read > 0 ? [READ] : []), ...(spec.ratio.write > 0 ? [WRITE] : [])],
  };
  return active[spec.operation];
};
