import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { coreWorkload } from './ycsb.js';

type Weights = Readonly<Record<string, number>>;

/** Of a mixed run one write, one read. */
const ofScyllaBench = ({ mode }: ScyllaBenchSpec): Weights =>
  mode === 'mixed' ? { write: 1, read: 1 } : { [mode]: 1 };

/** YCSB's operations in the order of their index on the hot path, with the names that it prints. */
export const YCSB_OPERATIONS = ['read', 'update', 'insert', 'scan', 'readModifyWrite'] as const;
const YCSB_NAMES: { [O in (typeof YCSB_OPERATIONS)[number]]: string } = {
  read: 'READ',
  update: 'UPDATE',
  insert: 'INSERT',
  scan: 'SCAN',
  readModifyWrite: 'READ-MODIFY-WRITE',
};

function ofYcsb(spec: YcsbSpec): Weights {
  const { shares } = coreWorkload(spec);
  const weight = (name: (typeof YCSB_OPERATIONS)[number]): number =>
    spec.phase === 'load' ? Number(name === 'insert') : shares[name];
  return Object.fromEntries(YCSB_OPERATIONS.map((name) => [YCSB_NAMES[name], weight(name)]));
}

/** Operations of a run in another tool's words, in the order of their index on the hot path; undefined for other runs. */
export function operationWeights({
  operation,
  scyllaBench,
  ycsb,
}: Pick<StressPlanSpec, 'operation' | 'scyllaBench' | 'ycsb'>): Weights | undefined {
  if (operation === 'scyllaBench' && scyllaBench) return ofScyllaBench(scyllaBench);
  return operation === 'ycsb' && ycsb ? ofYcsb(ycsb) : undefined;
}
