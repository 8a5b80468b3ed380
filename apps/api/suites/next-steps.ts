import type { ChildRuns } from '#libs/workloads/parent/child-runs.js';
import type { ParentRun } from '#libs/workloads/parent/parent-state.js';
import { probeBody } from '#libs/workloads/search/probe-body.js';
import { searchState, type SearchRun } from '#libs/workloads/search/search-state.js';
import { outputOf } from '#libs/workloads/suite/progress.js';
import { exampleResolve, stepBody } from '#libs/workloads/suite/step-body.js';
import { stepRun } from '#libs/workloads/suite/step-run.js';
import { suiteState, type SuiteRun } from '#libs/workloads/suite/suite-state.js';
import type { Wanted } from './child-starter.service.js';

/** What is to be done next for a run that consists of others. */
export interface NextSteps {
  start: Wanted[];
  /** Runs that a cancel ends; those of a cleanup go on. */
  cancel: string[];
  isOver: boolean;
  /** One line for each step that has ended, by step. */
  ended: Map<string, string>;
}

const seconds = (fromMs: number | null, toMs: number | null): string =>
  fromMs === null || toMs === null ? '' : ` after ${((toMs - fromMs) / 1000).toFixed(1)} s`;

const rate = (perSecond: number | null): string =>
  perSecond === null ? '' : `, ${Math.round(perSecond).toLocaleString('en-US')} op/s`;

const tail = (p99Ms: number | null): string => (p99Ms === null ? '' : `, p99 ${p99Ms.toFixed(2)} ms`);

/** Decides what to do for a suite, from what is stored; pure. */
function ofSuite(run: SuiteRun, children: ChildRuns, nowMs: number): NextSteps {
  const { steps, start, states, isOver, report } = suiteState(run, children, nowMs);
  const runs = new Map([...children.byStep].map(([step, child]) => [step, stepRun(child, nowMs)]));
  const example = exampleResolve(steps, run).resolve;
  const isCancelled = run.cancelRequested !== null;
  const ended = report.steps
    .filter(({ status }) => status !== 'waiting' && status !== 'running')
    .map((row) => {
      const what = `${row.step} ${row.status}${row.reused ? ' (an earlier run)' : seconds(row.startedAtMs, row.endedAtMs)}`;
      return [
        row.step,
        `${what}${rate(row.ratePerSecond)}${tail(row.p99Ms)}${row.reason === null ? '' : `: ${row.reason}`}`,
      ] as const;
    });
  return {
    start: steps
      .filter(({ key }) => start.includes(key))
      .map((step) => ({
        step: step.key,
        body: stepBody(step, run, outputOf(runs)),
        exampleBody: stepBody(step, run, example),
        afterCancel: step.phase === 'cleanup',
      })),
    cancel: steps
      .filter(({ key, phase }) => isCancelled && phase !== 'cleanup' && states.get(key)?.status === 'running')
      .flatMap(({ key }) => children.byStep.get(key)?.id ?? []),
    isOver,
    ended: new Map(ended),
  };
}

/** The same for a search. */
function ofSearch(run: SearchRun, children: ChildRuns, nowMs: number): NextSteps {
  const { start, isOver, report } = searchState(run, children, nowMs);
  const ended = report.probes
    .filter(({ outcome }) => outcome !== 'running')
    .map((row) => {
      const asked = `${row.probe} at ${row.ratePerSecond.toLocaleString('en-US')} op/s ${row.outcome}`;
      return [
        row.probe,
        `${asked}${rate(row.achievedPerSecond)} done${tail(row.p99Ms)}${row.reason === null ? '' : `: ${row.reason}`}`,
      ] as const;
    });
  const body = start && probeBody(run, start.ratePerSecond);
  return {
    start: start && body ? [{ step: start.probe, body, exampleBody: body, afterCancel: false }] : [],
    cancel:
      run.cancelRequested === null
        ? []
        : report.probes.flatMap(({ outcome, runId }) => (outcome === 'running' ? runId : [])),
    isOver,
    ended: new Map(ended),
  };
}

/** What is to be done next; pure, so that whoever holds the lease comes to the same. */
export const nextSteps = (run: ParentRun, children: ChildRuns, nowMs: number): NextSteps =>
  run.kind === 'suite' ? ofSuite(run, children, nowMs) : ofSearch(run, children, nowMs);
