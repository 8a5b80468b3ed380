import type { Issue } from '#libs/contract/problem.js';
import { expandSuite } from '../suite/expand.js';
import { exampleResolve, stepBody, stepProblems } from '../suite/step-body.js';
import { probeBody } from '../search/probe-body.js';
import { sweepRates } from '../search/sweep-plan.js';
import type { ParentRun } from './parent-state.js';

/** A step or probe as it will be, as far as that can be known before anything has run. */
export interface ChildDraft {
  /** The body of POST /v1/runs, not checked yet. */
  body: Record<string, unknown>;
  /** Says where in the parent's definition a path in the body comes from. */
  pathOf: (path: string) => string;
}

/** What a run that consists of others is known by before it is stored. */
export type ParentDraft = {
  [K in ParentRun['kind']]: Pick<
    Extract<ParentRun, { kind: K }>,
    'kind' | 'spec' | 'target' | 'name' | 'labels' | 'thresholds' | 'placement' | 'policies'
  >;
}[ParentRun['kind']];

/** Of a field that the parent hands on, its own; of all else, where the child stands. */
const pathIn =
  (prefix: string, own: readonly string[]) =>
  (path: string): string =>
    own.some((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
      ? path
      : `${prefix}.${path}`;

/** Every run that a suite may make, and what is wrong before these are looked at; for a search those at its bounds. Pure. */
export function childDrafts(parent: ParentDraft): { drafts: ChildDraft[]; issues: Issue[] } {
  if (parent.kind === 'search') {
    const { plan } = parent.spec;
    const rates = plan.type === 'limit' ? [plan.fromPerSecond, plan.toPerSecond] : sweepRates(plan);
    const pathOf = (path: string) => path.replace(/^spec\b/, 'spec.probe.spec');
    return { drafts: rates.map((rate) => ({ body: probeBody(parent, rate), pathOf })), issues: [] };
  }
  const { steps } = expandSuite(parent.spec);
  const { resolve, issues } = exampleResolve(steps, parent);
  const drafts = steps.map((step) => ({
    body: stepBody(step, parent, resolve),
    pathOf: pathIn(`${step.path}.run`, ['target']),
  }));
  return { drafts, issues: [...steps.flatMap(stepProblems), ...issues] };
}
