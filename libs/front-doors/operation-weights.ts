import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';

type Weights = Readonly<Record<string, number>>;

/** Of a mixed run one write, one read. */
const ofScyllaBench = ({ mode }: ScyllaBenchSpec): Weights =>
  mode === 'mixed' ? { write: 1, read: 1 } : { [mode]: 1 };

/** Names of YCSB's operations as it prints them. */
export const YCSB_NAMES = {
  read: 'READ',
  update: 'UPDATE',
  insert: 'INSERT',
  scan: 'SCAN',
  readModifyWrite: 'READ-MODIFY-WRITE',
} as const satisfies Record<keyof YcsbSpec['shares'], string>;
export const YCSB_OPERATIONS = ['read', 'update', 'insert', 'scan', 'readModifyWrite'] as const;

const ofYcsb = ({ phase, shares }: YcsbSpec): Weights =>
  Object.fromEntries(
    YCSB_OPERATIONS.map((name) => [YCSB_NAMES[name], phase === 'load' ? Number(name === 'insert') : shares[name]]),
  );

/** Operations of a run in another tool's words, in the order of their index on the hot path; undefined for other runs. */
export function operationWeights({
  operation,
  scyllaBench,
  ycsb,
}: Pick<StressPlanSpec, 'operation' | 'scyllaBench' | 'ycsb'>): Weights | undefined {
  if (operation === 'scyllaBench' && scyllaBench) return ofScyllaBench(scyllaBench);
  return operation === 'ycsb' && ycsb ? ofYcsb(ycsb) : undefined;
}
