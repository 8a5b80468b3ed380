import type { Summary } from '#libs/contract/summary.js';
import type { ShardResult, TargetFacts } from '#libs/workloads/driver.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import type { GraphFacts } from './graph-file.js';

/** What the picture says of a run that is over. */
export const graphFacts = (
  { spec }: { spec: StoredStressSpec },
  { stopped, failure }: Pick<ShardResult, 'stopped' | 'failure'>,
  cluster: TargetFacts | undefined,
  { startedAtMs, simulated, validity, operations, targetShards = [], findings = [] }: Summary,
): GraphFacts => ({
  operation: spec.operation.toUpperCase(),
  command: spec.command,
  cluster: cluster?.clusterName ?? '',
  simulated,
  startedAtMs,
  result: failure ? 'failed' : stopped ? 'stopped' : 'completed',
  reason: failure?.message ?? null,
  ratePerSecond: spec.rate.model === 'open' ? spec.rate.ratePerSecond : null,
  validity,
  summary: operations,
  shards: targetShards,
  findings: findings.map(({ message }) => message),
});
