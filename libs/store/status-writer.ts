import type { EntityManager } from 'typeorm';
import { isEnded, mayBecome } from '#libs/contract/status.js';
import type { Database } from './database.js';
import type { Transition } from './port.js';

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
  }
  return true;
}
