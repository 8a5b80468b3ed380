import { In, Not, type EntityManager } from 'typeorm';
import { isParent } from '#libs/contract/run.js';
import { plannedRatePerSecond } from '#libs/workloads/planned-rate.js';
import type { Project, Quotas } from '#libs/contract/project.js';
import { ACTIVE, PARENTS } from '../active.js';
import type { Database } from '../database.js';
import type { RunRow } from '../row.js';
import { definitionOf } from '../run-rows.js';

const plannedBy = (row: Pick<RunRow, 'kind' | 'spec'>): number =>
  plannedRatePerSecond(definitionOf(row, { spec: row.spec, target: null })) ?? 0;

/** What a project uses now. A suite uses what its steps use. */
export async function usageOf(
  database: Database,
  manager: EntityManager,
  projectId: string,
): Promise<Project['usage']> {
  const { run } = database.entities;
  const active = await manager.find(run, {
    where: { projectId, status: In(ACTIVE), kind: Not(In(PARENTS)) },
    select: { id: true, kind: true, spec: true, placement: true },
  });
  return {
    activeRuns: active.length,
    queuedRuns: await manager.countBy(run, { projectId, status: 'queued' }),
    executors: active.reduce((sum, { placement }) => sum + placement.executors, 0),
    ratePerSecond: active.reduce((sum, row) => sum + plannedBy(row), 0),
  };
}

/** Why the run has to wait for other runs of its project, in a sentence; null when it need not. */
export async function overQuota(
  database: Database,
  manager: EntityManager,
  run: Pick<RunRow, 'kind' | 'projectId' | 'spec' | 'placement'>,
): Promise<string | null> {
  if (isParent(run)) return null;
  const { projectId, placement } = run;
  const quotas: Quotas = (await manager.findOneBy(database.entities.project, { id: projectId }))?.quotas ?? {};
  if (Object.keys(quotas).length === 0) return null;
  const usage = await usageOf(database, manager, projectId);
  if (quotas.concurrentRuns !== undefined && usage.activeRuns >= quotas.concurrentRuns)
    return `its project ${projectId} may have ${quotas.concurrentRuns} runs under way, and has ${usage.activeRuns}`;
  if (quotas.executors !== undefined && usage.executors + placement.executors > quotas.executors)
    return `its project ${projectId} may use ${quotas.executors} executors; ${usage.executors} are at work, it needs ${placement.executors}`;
  const ratePerSecond = plannedBy(run);
  if (quotas.ratePerSecond !== undefined && usage.ratePerSecond + ratePerSecond > quotas.ratePerSecond)
    return `its project ${projectId} may send ${quotas.ratePerSecond} operations per second; runs under way plan ${usage.ratePerSecond}, it plans ${ratePerSecond}`;
  return null;
}
