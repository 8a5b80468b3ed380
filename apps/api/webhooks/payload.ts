import type { StatusChange } from '#libs/contract/status.js';
import type { TakenDelivery } from '#libs/store/platform/port.js';
import type { StoredRun } from '#libs/store/port.js';

/** What a receiver gets: enough to decide by, and the id to ask for more. */
export const payloadOf = ({ id, event, createdAtMs }: TakenDelivery, change: StatusChange, run: StoredRun): string => {
  const { summary } = run;
  return JSON.stringify({
    id,
    event,
    createdAtMs,
    change,
    run: {
      id: run.id,
      kind: run.kind,
      name: run.name,
      labels: run.labels,
      projectId: run.projectId,
      benchmark: run.benchmark,
      scheduleId: run.scheduleId,
      parentId: run.parentId,
      step: run.step,
      status: change.to,
      verdict: summary?.verdict ?? 'none',
      validity: summary?.validity ?? null,
      problem: run.problem,
      createdAtMs: run.createdAtMs,
      startedAtMs: run.startAtMs,
      endedAtMs: run.endedAtMs,
    },
    summary: summary && {
      durationMs: summary.durationMs,
      ratePerSecond: summary.operations['total']?.ratePerSecond ?? null,
      thresholds: summary.thresholds,
    },
  });
};
