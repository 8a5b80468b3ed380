import type { EntityManager } from 'typeorm';
import { groupsOf, hasLabels, type PlacementGroup } from '#libs/contract/placement.js';
import type { Waiting } from '#libs/contract/run.js';
import { ACTIVE } from './active.js';
import { allot, servedOf, suppliesOf } from './allot.js';
import type { Database } from './database.js';
import { positionOf } from './fair-order.js';
import { overQuota } from './platform/usage.js';
import type { ExecutorRow, RunRow } from './row.js';

/** An executor that has not been heard of for so long does not count. */
export const ALIVE_MS = 5_000;

/** Executors that may take something, now or when they have ended what they do. */
const workingExecutors = (executors: readonly ExecutorRow[], nowMs: number): ExecutorRow[] =>
  executors.filter((one) => !one.draining && nowMs - one.aliveAtMs <= ALIVE_MS);

/** Executors that are alive, have nothing to do and are not being drained. */
export const idleExecutors = (executors: readonly ExecutorRow[], nowMs: number): ExecutorRow[] =>
  workingExecutors(executors, nowMs).filter(({ runId }) => runId === null);

/** The active run whose target this run would disturb, or null. */
export async function lockedBy(database: Database, manager: EntityManager, run: RunRow): Promise<string | null> {
  const { endpoint, run: runs } = database.entities;
  const mine = await manager.findBy(endpoint, { runId: run.id });
  const holders = await manager
    .createQueryBuilder(endpoint, 'lock')
    .innerJoin(runs.options.name, 'run', 'run.id = lock.runId')
    .where('lock.endpoint IN (:...endpoints)', { endpoints: mine.map((one) => one.endpoint) })
    .andWhere('run.status IN (:...active)', { active: ACTIVE })
    .andWhere('lock.runId <> :id', { id: run.id })
    .getMany();
  const shared = mine.every((one) => one.shared);
  return holders.find((holder) => !(shared && holder.shared))?.runId ?? null;
}

/** Place in the queue (1 is next) and why it waits, in a sentence; null unless queued. */
export async function waitingOf(
  database: Database,
  manager: EntityManager,
  id: string,
  nowMs: number,
): Promise<Waiting | null> {
  const { run: runs, executor } = database.entities;
  const run = await manager.findOneBy(runs, { id });
  if (run?.status !== 'queued') return null;
  const position = await positionOf(database, manager, run);
  const quota = await overQuota(database, manager, run);
  if (quota) return { position, reason: quota };
  const holder = await lockedBy(database, manager, run);
  const reason = holder
    ? `its target is locked by run ${holder}; both would have to say "shared": true`
    : lackOf(groupsOf(run.placement), await manager.find(executor), nowMs);
  return { position, reason };
}

/** What is missing for all groups to be carried out at once, of the first group that lacks something. */
function lackOf(groups: readonly PlacementGroup[], executors: readonly ExecutorRow[], nowMs: number): string {
  const working = workingExecutors(executors, nowMs);
  const idle = idleExecutors(executors, nowMs);
  const aliveFor = allot(groups, suppliesOf(working));
  const idleFor = allot(groups, suppliesOf(idle));
  for (const [index, group] of groups.entries()) {
    const kind = kindOf(group);
    if (!working.some(({ labels }) => hasLabels(labels, group.labels)))
      return `no executor${kind} is alive: start one with tidemark executor`;
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
