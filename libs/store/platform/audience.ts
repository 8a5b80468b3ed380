import { In, type EntityManager } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { isEnded } from '#libs/contract/status.js';
import type { Database } from '../database.js';
import type { HistoryRow, RunRow } from '../row.js';
import type { WebhookRow } from './row.js';

type Subject = Pick<RunRow, 'id' | 'projectId' | 'scheduleId' | 'parentId' | 'rootId'>;

/** Makes a delivery for each active webhook that wants to hear of these lines of the runs' histories. */
export async function tellAudience(
  { entities }: Database,
  manager: EntityManager,
  rows: readonly HistoryRow[],
  nowMs: number,
): Promise<void> {
  const { webhook, run, delivery } = entities;
  const runs = await manager.find(run, {
    where: { id: In(rows.map(({ runId }) => runId)) },
    select: { id: true, projectId: true, scheduleId: true, parentId: true, rootId: true },
  });
  const hooks = await manager.findBy(webhook, { active: true });
  for (const row of rows) {
    const about = runs.find(({ id }) => id === row.runId);
    for (const hook of hooks) {
      if (!about || !wants(hook, row, about)) continue;
      for (const event of hook.events.filter((one) => one === 'run.status' || isEnded(row.to)))
        await manager.insert(delivery, {
          id: randomUUID(),
          webhookId: hook.id,
          runId: row.runId,
          historyId: row.id,
          event,
          repeat: 0,
          payload: null,
          state: 'pending',
          attempts: 0,
          nextAttemptAtMs: nowMs,
          leaseUntilMs: 0,
          createdAtMs: nowMs,
        });
    }
  }
}

/** Whether the webhook is to hear of this line of a run's history. */
const wants = (hook: WebhookRow, row: HistoryRow, run: Subject): boolean =>
  row.id > hook.afterHistoryId &&
  hook.projectId === run.projectId &&
  wantsRun(hook, run) &&
  (hook.scheduleId === null || hook.scheduleId === run.scheduleId);

/** A step or a probe is part of another run: who did not name it hears of it only when they ask for steps. */
function wantsRun({ runId, steps }: WebhookRow, { id, parentId, rootId }: Subject): boolean {
  if (runId === null) return steps || parentId === null;
  return runId === id || (steps && (runId === parentId || runId === rootId));
}
