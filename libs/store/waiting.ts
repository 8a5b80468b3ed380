import { In, type EntityManager } from 'typeorm';
import { groupOf, groupsOf, hasLabels, type PlacementGroup } from '#libs/contract/placement.js';
import { isParent, type Waiting } from '#libs/contract/run.js';
import { ACTIVE } from './active.js';
import { allot, servedOf, suppliesOf } from './allot.js';
import type { Database } from './database.js';
import { positionOf } from './fair-order.js';
import { overQuota } from './platform/usage.js';
import type { ExecutorRow, RunRow } from './row.js';

/** An executor that has not been heard of for so long does not count. */
const ALIVE_MS = 5_000;

export const isAlive = ({ aliveAtMs }: Pick<ExecutorRow, 'aliveAtMs'>, nowMs: number): boolean =>
  nowMs - aliveAtMs <= ALIVE_MS;

/** Executors that may take something, now or when they have ended what they do. */
const workingExecutors = (executors: readonly ExecutorRow[], nowMs: number): ExecutorRow[] =>
  executors.filter((one) => !one.draining && isAlive(one, nowMs));

/** Executors that are alive, have nothing to do and are not being drained. */
export const idleExecutors = (executors: readonly ExecutorRow[], nowMs: number): ExecutorRow[] =>
  workingExecutors(executors, nowMs).filter(({ runId }) => runId === null);

/** What belongs to one run shares its lock: none of it excludes another. */
const familyOf = ({ id, rootId }: RunRow): string => rootId ?? id;

/** The active run whose target this run would disturb, or the outermost one that this belongs to; or null. */
export async function lockedBy(database: Database, manager: EntityManager, run: RunRow): Promise<string | null> {
  const { endpoint, run: runs } = database.entities;
  const mine = await manager.findBy(endpoint, { runId: run.id });
  if (mine.length === 0) return null;
  const holders = await manager
    .createQueryBuilder(endpoint, 'lock')
    .innerJoin(runs.options.name, 'run', 'run.id = lock.runId')
    .where('lock.endpoint IN (:...endpoints)', { endpoints: mine.map((one) => one.endpoint) })
    .andWhere('run.status IN (:...active)', { active: ACTIVE })
    .andWhere('lock.runId <> :id', { id: run.id })
    .getMany();
  const shared = mine.every((one) => one.shared);
  const disturbed = holders.filter((holder) => !(shared && holder.shared));
  if (disturbed.length === 0) return null;
  const others = await manager.findBy(runs, { id: In(disturbed.map((holder) => holder.runId)) });
  const holder = others.find((other) => familyOf(other) !== familyOf(run));
  return holder ? familyOf(holder) : null;
}

/**
 * Place in the queue (1 is next) and why it waits, in a sentence; null unless it is queued, or being prepared without an
 * executor for each of its parts.
 */
export async function waitingOf(
  database: Database,
  manager: EntityManager,
  id: string,
  nowMs: number,
): Promise<Waiting | null> {
  const { run: runs, executor } = database.entities;
  const run = await manager.findOneBy(runs, { id });
  if (run?.status === 'preparing') return vacancyOf(database, manager, run, nowMs);
  if (run?.status !== 'queued') return null;
  const position = await positionOf(database, manager, run);
  const quota = await overQuota(database, manager, run);
  if (quota) return { position, reason: quota };
  const holder = await lockedBy(database, manager, run);
  if (holder)
    return { position, reason: `its target is locked by run ${holder}; both would have to say "shared": true` };
  if (isParent(run)) return { position, reason: 'the API will start its first step in a moment' };
  return { position, reason: lackOf(groupsOf(run.placement), await manager.find(executor), nowMs) };
}

/** One that was counted on when the run was claimed may have been dead already. */
async function vacancyOf(
  database: Database,
  manager: EntityManager,
  run: RunRow,
  nowMs: number,
): Promise<Waiting | null> {
  const vacant = await manager.findBy(database.entities.shard, { runId: run.id, state: 'waiting' });
  if (vacant.length === 0 || isParent(run)) return null;
  const executors = await manager.find(database.entities.executor);
  const places = groupsOf(run.placement).map((group, at) => ({
    ...group,
    count: vacant.filter(({ index }) => groupOf(run.placement, index) === at).length,
  }));
  const lack = lackOf(
    places.filter(({ count }) => count > 0),
    executors.filter(({ runId }) => runId !== run.id),
    nowMs,
  );
  return { position: 1, reason: `for what is left of it ${lack}` };
}

/** What is missing for all groups to be carried out at once, of the first group that lacks something. */
function lackOf(groups: readonly PlacementGroup[], executors: readonly ExecutorRow[], nowMs: number): string {
  const working = workingExecutors(executors, nowMs);
  const idle = idleExecutors(executors, nowMs);
  const aliveFor = allot(groups, suppliesOf(working));
  const idleFor = allot(groups, suppliesOf(idle));
  for (const [index, group] of groups.entries()) {
    const kind = kindOf(group);
    const fits = ({ labels }: ExecutorRow): boolean => hasLabels(labels, group.labels);
    if (!working.some(fits)) {
      const drained = executors.filter((one) => isAlive(one, nowMs) && fits(one)).length;
      return drained === 0
        ? `no executor${kind} is alive: start one with tidemark executor`
        : `all executors${kind} that are alive (${drained}) are being drained: resume one, or start another`;
    }
    const alive = servedOf(aliveFor, index);
    if (alive < group.count) return `it needs ${group.count} executors${kind}, ${alive} are alive`;
  }
  for (const [index, group] of groups.entries()) {
    const free = servedOf(idleFor, index);
    if (free < group.count) return `it needs ${group.count} idle executors${kindOf(group)}, ${free} are idle`;
  }
  return 'an executor will claim it in a moment';
}

function kindOf({ labels }: PlacementGroup): string {
  const named = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return named.length > 0 ? ` with labels ${named.join(', ')}` : '';
}
