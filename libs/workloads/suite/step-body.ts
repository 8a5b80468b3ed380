import type { Issue } from '#libs/contract/problem.js';
import type { WorkloadKind } from '#libs/contract/run.js';
import type { StoredRun } from '#libs/store/port.js';
import type { ExpandedStep } from './expand.js';
import { outputName } from './expand.js';
import { exampleOutputs } from './outputs.js';
import { fillIn, placeholdersOf, type Resolve } from './placeholders.js';
import type { Scalar } from './suite.schema.js';

/** What a suite gives to its steps. */
export type SuiteHead = Pick<StoredRun, 'name' | 'labels' | 'target' | 'placement' | 'policies'>;

/** Kinds that work on no cluster. */
const WITHOUT_TARGET: ReadonlySet<string> = new Set<WorkloadKind>(['generate']);

/** The body of POST /v1/runs for a step: not checked yet. */
export function stepBody({ key, run }: ExpandedStep, suite: SuiteHead, resolve: Resolve): Record<string, unknown> {
  const filled = fillIn(run, resolve);
  const body: Record<string, unknown> = { ...(typeof filled === 'object' && filled) };
  const { placement, policies, target } = suite;
  const labels = body['labels'];
  return {
    name: `${suite.name ?? 'suite'}: ${key}`.slice(0, 200),
    placement,
    policies,
    ...(target !== null && !WITHOUT_TARGET.has(String(body['kind'])) && { target }),
    ...body,
    labels: { ...suite.labels, ...(typeof labels === 'object' && labels) },
  };
}

/** What is wrong with a step before its specification is looked at. */
export function stepProblems({ path, run }: ExpandedStep): Issue[] {
  const issues: Issue[] = [];
  if (run['kind'] === 'suite')
    issues.push({
      path: `${path}.run.kind`,
      message: 'expected a kind that is no suite: its steps can stand here themselves',
    });
  if ('target' in run)
    issues.push({
      path: `${path}.run.target`,
      message: 'expected no field of this name: the suite’s target is that of all steps',
    });
  return issues;
}

/**
 * Outputs that stand for the real ones before anything has run, and every placeholder that names an output which its step
 * does not have.
 */
export function exampleResolve(
  steps: readonly ExpandedStep[],
  suite: SuiteHead,
): { resolve: Resolve; issues: Issue[] } {
  const outputs = new Map<string, Record<string, Scalar>>();
  const resolve: Resolve = (name) => {
    const found = outputName(name);
    return found && outputs.get(found.step)?.[found.output];
  };
  const issues: Issue[] = [];
  for (const step of steps) {
    for (const name of placeholdersOf({ run: step.run, when: step.when })) {
      const found = outputName(name);
      const known = found && Object.keys(outputs.get(found.step) ?? {});
      if (found && known && !known.includes(found.output))
        issues.push({
          path: step.path,
          message: `expected one of the outputs ${known.join(', ')} of ${found.step}, found ${found.output}`,
        });
    }
    outputs.set(step.key, exampleOutputs(stepBody(step, suite, resolve)));
  }
  return { resolve, issues };
}
