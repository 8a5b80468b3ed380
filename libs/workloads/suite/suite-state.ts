import type { StoredRun } from '#libs/store/port.js';
import type { ChildRuns } from '../parent/child-runs.js';
import { expandSuite, type ExpandedStep } from './expand.js';
import { type Progress, progressOf } from './progress.js';
import { stepRun } from './step-run.js';
import type { SuiteReport, SuiteStepReport } from './suite.schema.js';

export type SuiteRun = Extract<StoredRun, { kind: 'suite' }>;

export interface SuiteState extends Progress {
  steps: readonly ExpandedStep[];
  report: SuiteReport;
}

/** Where a suite stands, from what is stored of it and of its steps; pure. */
export function suiteState(run: SuiteRun, children: ChildRuns, nowMs: number): SuiteState {
  const { steps } = expandSuite(run.spec);
  const runs = new Map([...children.byStep].map(([step, child]) => [step, stepRun(child, nowMs)]));
  const progress = progressOf(run.spec, steps, runs, { nowMs, cancelled: run.cancelRequested !== null });
  const rows = steps.map((step) => rowOf(step, progress, children, runs.get(step.key)?.outputs ?? {}));
  const count = (...wanted: SuiteStepReport['status'][]) => rows.filter(({ status }) => wanted.includes(status)).length;
  return {
    ...progress,
    steps,
    report: {
      kind: 'suite',
      steps: rows,
      succeeded: count('succeeded'),
      failed: count('failed'),
      skipped: count('skipped', 'cancelled'),
    },
  };
}

function rowOf(
  { key, phase, run: body }: ExpandedStep,
  { states }: Progress,
  { byStep, reused }: ChildRuns,
  outputs: SuiteStepReport['outputs'],
): SuiteStepReport {
  const state = states.get(key);
  const child = byStep.get(key);
  const total = child?.summary?.operations['total'];
  const latency = total?.responseTime ?? total?.serviceTime;
  return {
    step: key,
    phase,
    kind: String(body['kind']),
    status: state?.status ?? 'waiting',
    reason: state?.reason ?? null,
    runId: child?.id ?? null,
    reused: reused.has(key),
    verdict: child?.summary?.verdict ?? 'none',
    validity: child?.summary?.validity.level ?? null,
    startedAtMs: child?.startAtMs ?? null,
    endedAtMs: child?.endedAtMs ?? null,
    operations: total?.completed ?? null,
    ratePerSecond: total?.ratePerSecond ?? null,
    p50Ms: latency?.p50Ms ?? null,
    p99Ms: latency?.p99Ms ?? null,
    failed: total?.failed ?? null,
    outputs,
  };
}
