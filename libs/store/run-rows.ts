import { In, type EntityManager } from 'typeorm';
import type { RunDefinition } from '#libs/workloads/driver.js';
import type { Database } from './database.js';
import type { StoredRun } from './port.js';
import type { HistoryRow, RunRow, ShardRow } from './row.js';
import type { Vault } from './vault.js';

/** A row was written from a definition, so its parts belong together; only the compiler cannot see that. */
export const definitionOf = (
  { kind }: Pick<RunRow, 'kind'>,
  { spec, target }: Pick<RunRow, 'spec' | 'target'>,
): RunDefinition => ({ kind, spec, target }) as RunDefinition;

const storedRun = (
  row: RunRow,
  history: readonly HistoryRow[],
  shards: readonly ShardRow[],
  whole: Pick<RunRow, 'spec' | 'target'> = row,
): StoredRun => ({
  id: row.id,
  ...definitionOf(row, whole),
  name: row.name,
  labels: row.labels,
  thresholds: row.thresholds,
  placement: row.placement,
  policies: row.policies,
  rerunOf: row.rerunOf,
  origin: row.origin,
  parentId: row.parentId,
  rootId: row.rootId,
  step: row.step,
  createdAtMs: row.createdAtMs,
  projectId: row.projectId,
  benchmark: row.benchmarkId === null ? null : { id: row.benchmarkId, version: row.benchmarkVersion ?? 1 },
  scheduleId: row.scheduleId,
  status: row.status,
  statusHistory: history.map(({ atMs, from, to, actor, reason }) => ({ atMs, from, to, actor, reason })),
  shards: shards.map(
    ({ executorLabels, index, executorId, lanes, state, startedAtMs, completed, report, lostExecutors }) => ({
      index,
      executorId,
      executorLabels,
      lanes,
      state,
      startedAtMs,
      completed,
      report,
      ...(lostExecutors && { lostExecutors }),
    }),
  ),
  summary: row.summary,
  problem: row.problem,
  ending: row.ending,
  simulated: row.simulated,
  startAtMs: row.startAtMs,
  cancelRequested:
    row.cancelAtMs === null
      ? null
      : { atMs: row.cancelAtMs, actor: row.cancelActor ?? '', reason: row.cancelReason ?? '' },
  endedAtMs: row.endedAtMs,
});

/** Rows with their histories and shards; secrets of targets and specifications only with the vault. */
export async function completeRuns(
  database: Database,
  manager: EntityManager,
  rows: readonly RunRow[],
  vault?: Vault,
): Promise<StoredRun[]> {
  const { history, shard } = database.entities;
  if (rows.length === 0) return [];
  const runId = In(rows.map((row) => row.id));
  const histories = await manager.find(history, { where: { runId }, order: { id: 'ASC' } });
  const shards = await manager.find(shard, { where: { runId }, order: { index: 'ASC' } });
  return rows.map((row) =>
    storedRun(
      row,
      histories.filter((each) => each.runId === row.id),
      shards.filter((each) => each.runId === row.id),
      vault ? vault.join(row.target, row.spec, row.secrets) : row,
    ),
  );
}
