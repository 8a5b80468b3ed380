import type { EntityManager } from 'typeorm';
import { CodedError } from '#libs/contract/coded-error.js';
import { DEFAULT_PROJECT } from '#libs/contract/project.js';
import type { Database } from './database.js';
import type { NewRun } from './port.js';
import type { Vault } from './vault.js';

/** Writes a new run and everything that belongs to it, inside a control transaction. */
export async function insertRun(
  database: Database,
  manager: EntityManager,
  vault: Vault,
  input: NewRun,
): Promise<void> {
  const { run, history, label, endpoint, shard, project } = database.entities;
  const { id, createdAtMs, projectId = DEFAULT_PROJECT, benchmark = null, scheduleId = null, parent } = input;
  const { target, spec, secrets } = vault.split(input.target, input.spec);
  if (!(await manager.existsBy(project, { id: projectId })))
    throw new CodedError('NOT_FOUND', `There is no project ${projectId}; create it first.`);
  await manager.insert(run, {
    id,
    kind: input.kind,
    name: input.name,
    labels: input.labels,
    target,
    secrets,
    spec,
    thresholds: input.thresholds,
    placement: input.placement,
    policies: input.policies,
    status: 'queued',
    statusSinceMs: createdAtMs,
    prepared: false,
    mismatchCount: 0,
    rerunOf: input.rerunOf,
    origin: input.origin ?? null,
    createdAtMs,
    projectId,
    benchmarkId: benchmark?.id ?? null,
    benchmarkVersion: benchmark?.version ?? null,
    scheduleId,
    parentId: parent?.runId ?? null,
    rootId: parent?.rootId ?? null,
    step: parent?.step ?? null,
  });
  await manager.insert(history, {
    runId: id,
    atMs: createdAtMs,
    from: null,
    to: 'queued',
    actor: input.actor,
    reason: parent ? `step ${parent.step} of run ${parent.runId}` : 'created',
  });
  for (const [name, value] of Object.entries(input.labels)) await manager.insert(label, { runId: id, name, value });
  for (const each of new Set(input.endpoints))
    await manager.insert(endpoint, { runId: id, endpoint: each, shared: target?.shared ?? false });
  for (const { index, lanes } of input.shards) {
    await manager.insert(shard, {
      runId: id,
      index,
      lanes,
      state: 'waiting',
      token: 0,
      leaseUntilMs: 0,
      completed: 0,
    });
  }
}
