import type { Run, Waiting } from '#libs/contract/run.js';
import type { CdcTarget } from '#libs/contract/cdc-target.js';
import { type TargetView, viewTarget } from '#libs/contract/target.js';
import type { StoredRun } from '#libs/store/port.js';

/** The store gives secrets to executors only; a username never comes without a password (checkLogin). */
const viewStored = (target: CdcTarget): TargetView => {
  const { sink, ...view } = viewTarget(target);
  return {
    ...view,
    hasPassword: target.username !== undefined,
    ...(sink && { sink: { ...sink, hasPassword: sink.username !== undefined } }),
  };
};

/** A stored run as the API answers it: secrets gone, verdict and validity beside the status. */
export const viewRun = (run: StoredRun, waiting: Waiting | null): Run => ({
  id: run.id,
  kind: run.kind,
  name: run.name,
  labels: run.labels,
  target: run.target && viewStored(run.target),
  spec: run.spec,
  thresholds: [...run.thresholds],
  placement: run.placement,
  policies: run.policies,
  status: run.status,
  statusHistory: run.statusHistory,
  waiting,
  shards: run.shards,
  verdict: run.summary?.verdict ?? 'none',
  validity: run.summary?.validity ?? null,
  problem: run.problem,
  simulated: run.simulated,
  createdAtMs: run.createdAtMs,
  startedAtMs: run.startAtMs,
  endedAtMs: run.endedAtMs,
  rerunOf: run.rerunOf,
  parentId: run.parentId,
  step: run.step,
  projectId: run.projectId,
  benchmark: run.benchmark,
  scheduleId: run.scheduleId,
  correlationId: run.origin?.correlationId ?? null,
});
