import type { ExpandedStep, Phase } from './expand.js';
import { outputName } from './expand.js';
import { holds, isComparison } from './condition.js';
import { placeholdersOf } from './placeholders.js';
import type { Scalar, StepStatus, SuiteSpec } from './suite.schema.js';

/** What is known of a step's run. */
export interface StepRun {
  status: Exclude<StepStatus, 'waiting' | 'skipped'>;
  /** Why it did not succeed. */
  reason: string | null;
  /** Epoch milliseconds; null while it runs. */
  endedAtMs: number | null;
  outputs: Readonly<Record<string, Scalar>>;
}

export interface StepState {
  status: StepStatus;
  reason: string | null;
  endedAtMs: number | null;
}

export interface Progress {
  states: ReadonlyMap<string, StepState>;
  /** Keys of the steps that are to start now. */
  start: readonly string[];
  /** Nothing is left to do. */
  isOver: boolean;
}

const SETTLED: ReadonlySet<StepStatus> = new Set(['succeeded', 'failed', 'cancelled', 'skipped']);

/** An output of a step, when it has it. */
export const outputOf =
  (runs: ReadonlyMap<string, StepRun>) =>
  (placeholder: string): Scalar | undefined => {
    const found = outputName(placeholder);
    return found && runs.get(found.step)?.outputs[found.output];
  };

/**
 * Where a suite stands, given the runs that there are: pure, so that whoever takes a suite over after a crash comes to the
 * same. `steps` are in turn, see `expandSuite`.
 */
export function progressOf(
  spec: Pick<SuiteSpec, 'onFailure' | 'pauseMs'>,
  steps: readonly ExpandedStep[],
  runs: ReadonlyMap<string, StepRun>,
  { nowMs, cancelled }: { nowMs: number; cancelled: boolean },
): Progress {
  const states = new Map<string, StepState>();
  const start: string[] = [];
  const phases = { setup: phaseSteps(steps, 'setup'), steps: phaseSteps(steps, 'steps') };
  const stateOf = (key: string): StepState => states.get(key) ?? { status: 'waiting', reason: null, endedAtMs: null };
  const isSettled = (key: string): boolean => SETTLED.has(stateOf(key).status);
  const failedIn = (keys: readonly string[]): string | undefined =>
    keys.find((key) => ['failed', 'cancelled'].includes(stateOf(key).status));

  const skip = (key: string, reason: string) => states.set(key, { status: 'skipped', reason, endedAtMs: null });
  const wait = (key: string, reason: string) => states.set(key, { status: 'waiting', reason, endedAtMs: null });

  /** Why a step that may not run is left out; undefined when it may. */
  function leftOut(step: ExpandedStep): string | undefined {
    const { phase, needs, when } = step;
    if (phase !== 'cleanup' && cancelled) return 'the suite was cancelled';
    const before = phase === 'setup' ? [] : phases.setup;
    const unprepared = phase === 'steps' ? failedIn(before) : undefined;
    if (unprepared !== undefined) return `the setup failed at ${unprepared}`;
    const missing = missingOutput(step, outputOf(runs));
    if (missing !== undefined) return `\${${missing}} is not there`;
    if (when === 'failure') {
      const watched = needs.length > 0 ? needs : [...states.keys()];
      return failedIn(watched) === undefined ? 'nothing failed' : undefined;
    }
    if (phase === 'cleanup') return unmet(when, runs);
    const failed = when === 'success' ? needs.find((key) => stateOf(key).status !== 'succeeded') : undefined;
    if (failed !== undefined) return `${failed}, which it needs, is ${stateOf(failed).status}`;
    // Skipped by its own condition is no failure; what failed anywhere is, unless the suite goes on.
    const first = spec.onFailure === 'stop' && when !== 'always' ? failedIn([...states.keys()]) : undefined;
    if (first !== undefined) return `${first} failed before`;
    return unmet(when, runs);
  }

  for (const step of steps) {
    const run = runs.get(step.key);
    if (run) {
      states.set(step.key, { status: run.status, reason: run.reason, endedAtMs: run.endedAtMs });
      continue;
    }
    const awaited = [
      ...step.after,
      ...(step.phase === 'setup' ? [] : phases.setup),
      ...(step.phase === 'cleanup' ? phases.steps : []),
    ];
    const open = awaited.find((key) => !isSettled(key));
    if (open !== undefined) {
      wait(step.key, `it waits for ${open}`);
      continue;
    }
    const reason = leftOut(step);
    if (reason !== undefined) {
      skip(step.key, reason);
      continue;
    }
    const ends = awaited.flatMap((key) => stateOf(key).endedAtMs ?? []);
    const dueMs = ends.length === 0 ? -Infinity : Math.max(...ends) + Math.max(step.pauseMs, spec.pauseMs);
    if (nowMs >= dueMs) start.push(step.key);
    wait(step.key, nowMs >= dueMs ? 'it is about to start' : `it pauses for ${dueMs - nowMs} ms more`);
  }
  return { states, start, isOver: steps.every(({ key }) => isSettled(key)) };
}

const phaseSteps = (steps: readonly ExpandedStep[], phase: Phase): string[] =>
  steps.filter((step) => step.phase === phase).map(({ key }) => key);

const missingOutput = (step: ExpandedStep, output: (name: string) => Scalar | undefined): string | undefined =>
  placeholdersOf({ run: step.run, when: step.when }).find((name) => output(name) === undefined);

/** Why a comparison keeps a step from running. */
const unmet = (when: string, runs: ReadonlyMap<string, StepRun>): string | undefined =>
  isComparison(when) && holds(when, outputOf(runs)) !== true ? `${when} does not hold` : undefined;
