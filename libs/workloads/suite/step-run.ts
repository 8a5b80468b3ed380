import type { StoredRun } from '#libs/store/port.js';
import { failureOf, isSettled } from '../parent/step-outcome.js';
import { outputsOf } from './outputs.js';
import type { StepRun } from './progress.js';

/** What a suite knows of the run of one of its steps. */
export function stepRun(run: StoredRun, nowMs: number): StepRun {
  if (!isSettled(run, nowMs)) return { status: 'running', reason: null, endedAtMs: null, outputs: {} };
  const reason = failureOf(run);
  const failed = run.status === 'cancelled' ? 'cancelled' : 'failed';
  return { status: reason === null ? 'succeeded' : failed, reason, endedAtMs: run.endedAtMs, outputs: outputsOf(run) };
}
