import { In, type EntityManager } from 'typeorm';
import type { Project, Quotas } from '#libs/contract/project.js';
import { ACTIVE } from '../active.js';
import type { Database } from '../database.js';
import type { RunRow } from '../row.js';
import { plannedRatePerSecond } from './planned-rate.js';

/** What a project uses now. */
export async function usageOf(
  database: Database,
  manager: EntityManager,
  projectId: string,
): Promise<Project['usage']> {
  const { run } = database.entities;
  const active = await manager.find(run, {
    where: { projectId, status: In(ACTIVE) },
    select: { id: true, spec: true, placement: true },
  });
  return {
    activeRuns: active.length,
    queuedRuns: await manager.countBy(run, { projectId, status: 'queued' }),
    executors: active.reduce((sum, { placement }) => sum + placement.executors, 0),
    ratePerSecond: active.reduce((sum, { spec }) => sum + (plannedRatePerSecond(spec) ?? 0), 0),
  };
}

/** Why the run has to wait for other runs of its project, in a sentence; null when it need not. */
export async function overQuota(
  database: Database,
  manager: EntityManager,
  run: Pick<RunRow, 'projectId' | 'spec' | 'placement'>,
): Promise<string | null> {
  const { projectId, spec, placement } = run;
  const quotas: Quotas = (await manager.findOneBy(database.entities.project, { id: projectId }))?.quotas ?? {};
  if (Object.keys(quotas).length === 0) return null;
  const usage = await usageOf(database, manager, projectId);
  if (quotas.concurrentRuns !== undefined && usage.activeRuns >= quotas.concurrentRuns)
    return `its project ${projectId} may have ${quotas.concurrentRuns} runs under way, and has ${usage.activeRuns}`;
  if (quotas.executors !== undefined && usage.executors + placement.executors > quotas.executors)
    return `its project ${projectId} may use ${quotas.executors} executors; ${usage.executors} are at work, it needs ${placement.executors}`;
  const ratePerSecond = plannedRatePerSecond(spec) ?? 0;
  if (quotas.ratePerSecond !== undefined && usage.ratePerSecond + ratePerSecond > quotas.ratePerSecond)
    return `its project ${projectId} may send ${quotas.ratePerSecond} operations per second; runs under way plan ${usage.ratePerSecond}, it plans ${ratePerSecond}`;
  return null;
}
