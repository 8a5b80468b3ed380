import type { Issue } from '#libs/contract/problem.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { scyllaBenchProblems } from './scylla-bench-check.js';
import { ycsbProblems } from './ycsb-check.js';

/** Which part of the run each of these operations wants. */
const PART = { scyllaBench: 'scyllaBench', ycsb: 'ycsb' } as const;

const STANDARD = StressPlanSpec.parse({
  operation: 'write',
  stop: { type: 'operations', count: 1 },
  rate: { model: 'closed', threads: 1 },
});

/** Fields that say something of cassandra-stress's own data or commands. */
const ELSEWHERE = {
  ratio: (spec) => spec.ratio,
  increment: (spec) => spec.increment,
  clustering: (spec) => spec.clustering,
  keySizeBytes: (spec) => spec.keySizeBytes,
  population: (spec) => spec.population,
  columns: (spec) => spec.columns,
  user: (spec) => spec.user,
  'schema.compaction': (spec) => spec.schema.compaction,
  'schema.compression': (spec) => spec.schema.compression,
  'errors.skipReadValidation': (spec) => spec.errors.skipReadValidation,
  'connection.prepared': (spec) => spec.connection.prepared,
  'connection.caseInsensitive': (spec) => spec.connection.caseInsensitive,
  engine: (spec) => spec.engine,
} as const satisfies Readonly<Record<string, (spec: StressPlanSpec) => unknown>>;

function* problemsOf(spec: StressPlanSpec): Generator<Issue> {
  const operation = spec.operation;
  for (const part of Object.values(PART)) {
    const wanted = operation === part;
    if (wanted && spec[part] === undefined) yield { path: part, message: 'expected an object, found nothing' };
    if (!wanted && spec[part] !== undefined)
      yield { path: part, message: `expected operation "${part}" beside it, found "${operation}"` };
  }
  if (operation !== 'scyllaBench' && operation !== 'ycsb') return;
  for (const [path, read] of Object.entries(ELSEWHERE)) {
    const standard = JSON.stringify(read(STANDARD));
    if (JSON.stringify(read(spec)) !== standard)
      yield { path, message: `expected ${standard ?? 'nothing'}: it has no effect on operation "${operation}"` };
  }
  if (spec.warmup) yield { path: 'warmup', message: `expected false: operation "${operation}" has no warm-up` };
  if (spec.scyllaBench) yield* scyllaBenchProblems(spec.scyllaBench, spec);
  if (spec.ycsb) yield* ycsbProblems(spec.ycsb, spec);
}

/** Where the parts of a run in another tool's words contradict each other; nothing for other runs. */
export const doorProblems = (spec: StressPlanSpec): Issue[] => [...problemsOf(spec)];
