import { In, IsNull, type EntityManager } from 'typeorm';
import { groupOf, groupsOf } from '#libs/contract/placement.js';
import type { RunStatus } from '#libs/contract/status.js';
import { allot, servedOf, type Share, suppliesOf } from './allot.js';
import type { Database } from './database.js';
import type { ExecutorRow, RunRow, ShardRow } from './row.js';
import { idleExecutors, lockedBy } from './waiting.js';
import { queuedRuns } from './fair-order.js';
import { overQuota } from './platform/usage.js';

/** Runs that may have shards to claim after their first: of one that is ready or running, parts of lost executors. */
export const CLAIMED: RunStatus[] = ['preparing', 'ready', 'running'];

/** Shards of one group of one run that nobody has. */
interface Demand extends Share {
  run: RunRow;
  shards: ShardRow[];
}

/**
 * The shard that an executor should take, or null: one of a run that is being prepared, else of the first queued run whose
 * target is free and for which, beside what other runs wait for, executors with the right labels are idle. The executors
 * are allotted to the groups of all these runs together, so that none takes a place that only another could have filled.
 */
export async function shardFor(
  database: Database,
  manager: EntityManager,
  self: ExecutorRow,
  nowMs: number,
): Promise<{ run: RunRow; shard: ShardRow } | null> {
  const { run, executor } = database.entities;
  const others = idleExecutors(await manager.find(executor), nowMs).filter(({ id }) => id !== self.id);
  // Its own kind comes first: who asks is preferred to who might ask.
  const supplies = suppliesOf([self, ...others]);
  const demands: Demand[] = [];
  const mine = (): { run: RunRow; shard: ShardRow } | null => {
    const given = allot(demands, supplies);
    const demand = demands.find((_, index) => (given[index]?.[0] ?? 0) > 0);
    const [shard] = demand?.shards ?? [];
    return demand && shard ? { run: demand.run, shard } : null;
  };
  const started = await manager.find(run, {
    where: { status: In(CLAIMED), cancelAtMs: IsNull() },
    order: { createdAtMs: 'ASC' },
  });
  for (const one of started) demands.push(...(await demandsOf(database, manager, one)));
  const needed = demands.length > 0 ? mine() : null;
  if (needed) return needed;
  for (const candidate of await queuedRuns(database, manager)) {
    if ((await lockedBy(database, manager, candidate)) !== null) continue;
    if ((await overQuota(database, manager, candidate)) !== null) continue;
    const first = demands.length;
    demands.push(...(await demandsOf(database, manager, candidate)));
    const given = allot(demands, supplies);
    const isWhole = demands.every(({ count }, index) => index < first || servedOf(given, index) === count);
    const taken = isWhole ? mine() : null;
    if (taken) return taken;
    // One that can start without this executor keeps its places; one that cannot holds up nobody.
    if (!isWhole) demands.length = first;
  }
  return null;
}

async function demandsOf(database: Database, manager: EntityManager, run: RunRow): Promise<Demand[]> {
  const free = await manager.find(database.entities.shard, {
    where: { runId: run.id, state: 'waiting' },
    order: { index: 'ASC' },
  });
  return groupsOf(run.placement).flatMap(({ labels }, group) => {
    const shards = free.filter(({ index }) => groupOf(run.placement, index) === group);
    return shards.length === 0 ? [] : [{ run, labels, count: shards.length, shards }];
  });
}
