import { In, Not, type EntityManager } from 'typeorm';
import { isParent } from '#libs/contract/run.js';
import { plannedRatePerSecond } from '#libs/workloads/planned-rate.js';
import type { Project, Quotas } from '#libs/contract/project.js';
import { ACTIVE, PARENTS } from '../active.js';
import type { Database } from '../database.js';
import type { RunRow } from '../row.js';
import { definitionOf } from '../run-rows.js';

type Work = Pick<RunRow, 'kind' | 'spec' | 'placement'>;

const plannedBy = (row: Work): number | null =>
  plannedRatePerSecond(definitionOf(row, { spec: row.spec, target: null }));

/** What a suite has under way is its steps'. */
const underWay = (database: Database, manager: EntityManager, projectId: string): Promise<Work[]> =>
  manager.find(database.entities.run, {
    where: { projectId, status: In(ACTIVE), kind: Not(In(PARENTS)) },
    select: { id: true, kind: true, spec: true, placement: true },
  });

const executorsOf = (active: readonly Work[]): number =>
  active.reduce((sum, { placement }) => sum + placement.executors, 0);
const rateOf = (active: readonly Work[]): number => active.reduce((sum, row) => sum + (plannedBy(row) ?? 0), 0);

/** What a project uses now. */
export async function usageOf(
  database: Database,
  manager: EntityManager,
  projectId: string,
): Promise<Project['usage']> {
  const active = await underWay(database, manager, projectId);
  return {
    activeRuns: active.length,
    queuedRuns: await manager.countBy(database.entities.run, { projectId, status: 'queued' }),
    executors: executorsOf(active),
    ratePerSecond: rateOf(active),
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
  const active = await underWay(database, manager, projectId);
  if (quotas.concurrentRuns !== undefined && active.length >= quotas.concurrentRuns)
    return `its project ${projectId} may have ${quotas.concurrentRuns} runs under way, and has ${active.length}`;
  const executors = executorsOf(active);
  if (quotas.executors !== undefined && executors + placement.executors > quotas.executors)
    return `its project ${projectId} may use ${quotas.executors} executors; ${executors} are at work, it needs ${placement.executors}`;
  return quotas.ratePerSecond === undefined ? null : overRate(run, active, quotas.ratePerSecond);
}

/** Runs that plan no rate are refused under such a quota, but one may have been queued or begun before there was one. */
function overRate(
  run: Work & Pick<RunRow, 'projectId'>,
  active: readonly Work[],
  mostPerSecond: number,
): string | null {
  const may = `its project ${run.projectId} may send ${mostPerSecond} operations per second`;
  const ratePerSecond = plannedBy(run);
  if (ratePerSecond === null) return `${may}; it plans no rate, so it cannot begin under that quota`;
  if (active.some((row) => plannedBy(row) === null)) return `${may}; a run under way plans no rate`;
  const usedPerSecond = rateOf(active);
  return usedPerSecond + ratePerSecond <= mostPerSecond
    ? null
    : `${may}; runs under way plan ${usedPerSecond}, it plans ${ratePerSecond}`;
}
