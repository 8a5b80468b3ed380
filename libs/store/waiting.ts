import type { EntityManager } from 'typeorm';
import type { Waiting } from '#libs/contract/run.js';
import { ACTIVE } from './active.js';
import type { Database } from './database.js';
import { positionOf } from './fair-order.js';
import { overQuota } from './platform/usage.js';
import type { ExecutorRow, RunRow } from './row.js';

/** An executor that has not been heard of for so long does not count. */
export const ALIVE_MS = 5_000;

const hasLabels = (executor: ExecutorRow, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(labels).every(([name, value]) => executor.labels[name] === value);

/** Executors that are alive and have nothing to do, of those with the run's labels. */
export const idleFor = (run: RunRow, executors: readonly ExecutorRow[], nowMs: number): ExecutorRow[] =>
  executors.filter(
    (one) => one.runId === null && nowMs - one.aliveAtMs <= ALIVE_MS && hasLabels(one, run.placement.labels),
  );

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
  const { run: runs, shard, executor } = database.entities;
  const run = await manager.findOneBy(runs, { id });
  if (run?.status !== 'queued') return null;
  const position = await positionOf(database, manager, run);
  const quota = await overQuota(database, manager, run);
  if (quota) return { position, reason: quota };
  const holder = await lockedBy(database, manager, run);
  if (holder)
    return { position, reason: `its target is locked by run ${holder}; both would have to say "shared": true` };
  const needed = await manager.countBy(shard, { runId: id });
  const executors = await manager.find(executor);
  const alive = executors.filter((one) => nowMs - one.aliveAtMs <= ALIVE_MS && hasLabels(one, run.placement.labels));
  const idle = idleFor(run, executors, nowMs);
  const labels = Object.entries(run.placement.labels).map(([name, value]) => `${name}=${value}`);
  const kind = labels.length > 0 ? ` with labels ${labels.join(', ')}` : '';
  if (alive.length === 0) return { position, reason: `no executor${kind} is alive: start one with tidemark executor` };
  if (alive.length < needed)
    return { position, reason: `it needs ${needed} executors${kind}, ${alive.length} are alive` };
  if (idle.length < needed)
    return { position, reason: `it needs ${needed} idle executors${kind}, ${idle.length} are idle` };
  return { position, reason: 'an executor will claim it in a moment' };
}
