import { IsNull, type EntityManager } from 'typeorm';
import { isEnded, mayBecome } from '#libs/contract/status.js';
import type { Database } from './database.js';
import type { Ending, Transition } from './port.js';
import type { RunRow } from './row.js';

/**
 * Moves a run to another state inside a control transaction: legal moves only, with a line of history. False when the run
 * is gone or may not move there. Ending frees the target (locks count only while a run is active) and the executors.
 */
export async function moveRun(
  database: Database,
  manager: EntityManager,
  id: string,
  transition: Transition,
): Promise<boolean> {
  const { run: runs, history, shard, executor } = database.entities;
  const { to, actor, reason, atMs, problem } = transition;
  const run = await manager.findOneBy(runs, { id });
  if (!run || !mayBecome(run.status, to)) return false;
  const ended = isEnded(to);
  await manager.update(
    runs,
    { id },
    { status: to, statusSinceMs: atMs, ...(ended && { endedAtMs: atMs }), ...(problem && { problem }) },
  );
  await manager.insert(history, { runId: id, atMs, from: run.status, to, actor, reason });
  if (ended) {
    // What still holds a shard is fenced off: its next beat and its next write are refused.
    const shards = await manager.findBy(shard, { runId: id });
    for (const each of shards) {
      if (each.state !== 'ended') {
        await manager.update(
          shard,
          { runId: id, index: each.index },
          {
            token: each.token + 1,
            ...(each.state !== 'lost' && each.state !== 'waiting' && { state: 'lost' as const, lostToken: each.token }),
          },
        );
      }
    }
    await manager.update(executor, { runId: id }, { runId: null });
    await cancelChildren(database, manager, id, { to, atMs, actor });
  }
  return true;
}

/** Notes how a run is to end, for whoever makes its summary; what was noted first stands. */
export async function noteEnding(
  { entities: { run } }: Database,
  manager: EntityManager,
  id: string,
  ending: Ending,
  atMs: number,
): Promise<void> {
  await manager.update(run, { id, ending: IsNull() }, { ending: { ...ending, atMs } });
}

/** What belongs to a run does not outlive it, however it ended. */
async function cancelChildren(
  database: Database,
  manager: EntityManager,
  parentId: string,
  { to, atMs, actor }: Pick<Transition, 'to' | 'atMs' | 'actor'>,
): Promise<void> {
  const reason = `run ${parentId}, which it belongs to, is ${to}`;
  for (const child of await manager.findBy(database.entities.run, { parentId }))
    if (!isEnded(child.status)) await cancelRun(database, manager, child, { atMs, actor, reason });
}

/** A queued run is cancelled at once, another told to stop; the first who asks stands. */
export async function cancelRun(
  database: Database,
  manager: EntityManager,
  run: RunRow,
  { atMs, actor, reason }: { atMs: number; actor: string; reason: string },
): Promise<boolean> {
  if (run.status === 'queued') return moveRun(database, manager, run.id, { to: 'cancelled', actor, reason, atMs });
  if (run.cancelAtMs === null)
    await manager.update(
      database.entities.run,
      { id: run.id },
      { cancelAtMs: atMs, cancelActor: actor, cancelReason: reason },
    );
  return true;
}
