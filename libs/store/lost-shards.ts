import type { EntityManager } from 'typeorm';
import { problemOf } from '#libs/contract/problem.js';
import { isParent } from '#libs/contract/run.js';
import type { RunStatus } from '#libs/contract/status.js';
import type { Database } from './database.js';
import type { Transition } from './port.js';
import type { RunRow, ShardRow } from './row.js';
import { moveRun, noteEnding } from './status-writer.js';

/** Who watches over leases, in logs and histories. */
export const WATCHDOG = 'watchdog';

const HELD = new Set<ShardRow['state']>(['claimed', 'ready', 'running']);

const WITHOUT_LOST = 'the plan was carried out, but for the part of the executors that were lost';

/** What decides whether a shard was lost. */
export type ShardLease = Pick<ShardRow, 'runId' | 'index' | 'state' | 'leaseUntilMs' | 'lostExecutors'>;

/** How a run has to go on, and why; undefined when it goes on as it does. */
export type Consequence = { to: 'interrupted' | 'finishing'; reason: string } | undefined;

const expiredOf = <S extends ShardLease>(shards: readonly S[], nowMs: number): S[] =>
  shards.filter((one) => HELD.has(one.state) && one.leaseUntilMs < nowMs);

/** True when `lookAtLeases` would find something to do. */
export const lacksExecutor = (run: RunRow, shards: readonly ShardLease[], nowMs: number): boolean =>
  expiredOf(shards, nowMs).length > 0 || (!isParent(run) && forsaken(run, shards, nowMs) !== undefined);

/**
 * Looks at the leases of a run's shards, and does with expired ones what the run's policy says: `fail` interrupts the run,
 * `continue` goes on without them, `requeue` gives them to other executors under a new token.
 */
export async function lookAtLeases(
  database: Database,
  manager: EntityManager,
  run: RunRow,
  shards: readonly ShardRow[],
  nowMs: number,
): Promise<Consequence> {
  const expired = expiredOf(shards, nowMs);
  if (expired.length === 0) return isParent(run) ? undefined : forsaken(run, shards, nowMs);
  const names = expired.map((one) => one.executorId ?? '?').join(', ');
  const reason = `executor ${names} was lost: its lease ran out while the run was ${run.status}`;
  const tell = (more: string) =>
    manager.insert(database.entities.log, {
      runId: run.id,
      atMs: nowMs,
      level: 'warn',
      source: WATCHDOG,
      message: `${reason}; ${more}`,
    });
  if (isParent(run)) {
    // Its steps go on meanwhile; whoever takes it over decides from what is stored of them.
    await setAside(database, manager, expired, 'waiting', nowMs);
    await tell('another takes the run over');
    return undefined;
  }
  if (run.policies.lostExecutor === 'requeue' && run.cancelAtMs === null) {
    const worn = expired.find((one) => (one.lostExecutors?.length ?? 0) >= run.policies.maxRequeues);
    await setAside(database, manager, expired, worn ? 'lost' : 'waiting', nowMs);
    if (worn)
      return {
        to: 'interrupted',
        reason: `${reason}, and its part was given to other executors ${run.policies.maxRequeues} times already (policies.maxRequeues)`,
      };
    await tell('its part waits for another executor');
    return undefined;
  }
  await setAside(database, manager, expired, 'lost', nowMs);
  const left = shards.filter((one) => !expired.includes(one) && one.state !== 'lost');
  const consequence = withOnly(run, left, reason);
  if (consequence?.to !== 'interrupted') await tell('the rest goes on');
  return consequence;
}

/** How a run has to go on with only these shards, which are not lost. */
export function withOnly(run: RunRow, left: readonly ShardRow[], reason: string): Consequence {
  if (run.policies.lostExecutor !== 'continue' || run.status !== 'running' || left.length === 0)
    return { to: 'interrupted', reason };
  // The rest had ended before: nobody else is left to say that the run is over.
  return left.every((one) => one.state === 'ended') ? { to: 'finishing', reason } : undefined;
}

/** Lets a run go on so; one whose end was noted already ends so instead. Answers its new state if it has one. */
export async function followLoss(
  database: Database,
  manager: EntityManager,
  run: RunRow,
  { to, reason, actor, atMs }: NonNullable<Consequence> & Pick<Transition, 'actor' | 'atMs'>,
): Promise<RunStatus | undefined> {
  const problem = to === 'interrupted' ? problemOf('EXECUTOR_LOST', reason) : undefined;
  const transition: Transition = run.ending ? { ...run.ending, atMs } : { to, actor, reason, atMs, problem };
  if (!(await moveRun(database, manager, run.id, transition))) return undefined;
  if (transition.to === 'finishing')
    await noteEnding(database, manager, run.id, { to: 'completed', actor, reason: WITHOUT_LOST }, atMs);
  return transition.to;
}

/** The new token fences off whoever held the shards. A waiting shard keeps in its lease since when it waits. */
async function setAside(
  { entities: { shard } }: Database,
  manager: EntityManager,
  shards: readonly ShardRow[],
  state: 'lost' | 'waiting',
  nowMs: number,
): Promise<void> {
  for (const { runId, index, token, executorId, lostExecutors } of shards) {
    const again =
      state === 'waiting'
        ? { lostExecutors: [...(lostExecutors ?? []), executorId ?? '?'], executorId: null, leaseUntilMs: nowMs }
        : { lostToken: token };
    await manager.update(shard, { runId, index }, { state, token: token + 1, ...again });
  }
}

/** No executor has taken a requeued shard for too long. */
function forsaken(run: RunRow, shards: readonly ShardLease[], nowMs: number): Consequence {
  const { requeueDeadlineMs } = run.policies;
  const waiting = shards.find(
    (one) => one.state === 'waiting' && one.lostExecutors && nowMs - one.leaseUntilMs > requeueDeadlineMs,
  );
  if (waiting === undefined) return undefined;
  return {
    to: 'interrupted',
    reason: `executor ${waiting.lostExecutors?.at(-1) ?? '?'} was lost, and no other has taken its part within ${requeueDeadlineMs} ms (policies.requeueDeadlineMs): start another executor, and run the same again to go on`,
  };
}
