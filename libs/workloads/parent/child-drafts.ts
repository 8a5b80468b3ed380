import type { Issue } from '#libs/contract/problem.js';
import { type ExpandedStep, expandSuite } from '../suite/expand.js';
import { exampleResolve, stepBody, stepProblems, type SuiteHead } from '../suite/step-body.js';
import { probeBody } from '../search/probe-body.js';
import { sweepRates } from '../search/sweep-plan.js';
import { mismatch } from './handed-target.js';
import type { ParentRun } from './parent-state.js';

/** A step or probe as it will be, as far as that can be known before anything has run. */
export interface ChildDraft {
  /** The body of POST /v1/runs, not checked yet. */
  body: Record<string, unknown>;
  /** What is wrong with the body, said of the parent's definition. */
  locate: (issue: Issue) => Issue;
}

/** What a run that consists of others is known by before it is stored. */
export type ParentDraft = {
  [K in ParentRun['kind']]: Pick<
    Extract<ParentRun, { kind: K }>,
    'kind' | 'spec' | 'target' | 'name' | 'labels' | 'thresholds' | 'placement' | 'policies'
  >;
}[ParentRun['kind']];

const OF_TARGET = /^target(?=$|[.[])/;

/** Of a target that the suite hands on, the suite's; of all else, where the step stands. */
function locateStep({ path: place, run }: ExpandedStep, body: Record<string, unknown>, suite: SuiteHead) {
  const isHanded = !('target' in run) && 'target' in body;
  const reason = 'target' in body ? undefined : mismatch(body, suite);
  return ({ path, message }: Issue): Issue =>
    isHanded && OF_TARGET.test(path)
      ? { path, message }
      : { path: `${place}.run.${path}`, message: path === 'target' ? (reason ?? message) : message };
}

/** Every run that a suite may make, and what is wrong before these are looked at; for a search those at its bounds. Pure. */
export function childDrafts(parent: ParentDraft): { drafts: ChildDraft[]; issues: Issue[] } {
  if (parent.kind === 'search') {
    const { plan } = parent.spec;
    const rates = plan.type === 'limit' ? [plan.fromPerSecond, plan.toPerSecond] : sweepRates(plan);
    const locate = ({ path, message }: Issue) => ({ path: path.replace(/^spec\b/, 'spec.probe.spec'), message });
    return { drafts: rates.map((rate) => ({ body: probeBody(parent, rate), locate })), issues: [] };
  }
  const { steps } = expandSuite(parent.spec);
  const { resolve, issues } = exampleResolve(steps, parent);
  const drafts = steps.map((step) => {
    const body = stepBody(step, parent, resolve);
    return { body, locate: locateStep(step, body, parent) };
  });
  return { drafts, issues: [...steps.flatMap(stepProblems), ...issues] };
}
