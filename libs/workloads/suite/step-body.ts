import type { Issue } from '#libs/contract/problem.js';
import type { StoredRun } from '#libs/store/port.js';
import { handedTarget, type TargetHead } from '../parent/handed-target.js';
import type { ExpandedStep } from './expand.js';
import { outputName } from './expand.js';
import { exampleOutputs } from './outputs.js';
import { fillIn, placeholdersOf, type Resolve } from './placeholders.js';
import type { Scalar } from './suite.schema.js';

/** What a suite gives to its steps. */
export type SuiteHead = Pick<StoredRun, 'name' | 'labels' | 'placement' | 'policies'> & TargetHead;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The body of POST /v1/runs for a step: not checked yet. */
export function stepBody({ key, run }: ExpandedStep, suite: SuiteHead, resolve: Resolve): Record<string, unknown> {
  const filled = fillIn(run, resolve);
  const body = isRecord(filled) ? filled : {};
  const { placement, policies } = suite;
  const target = handedTarget(body, suite);
  const labels = body['labels'];
  return {
    name: `${suite.name ?? 'suite'}: ${key}`.slice(0, 200),
    placement,
    policies,
    ...(target !== undefined && { target }),
    ...body,
    labels: { ...suite.labels, ...(isRecord(labels) && labels) },
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
  const target = run['target'];
  const tls = isRecord(target) ? target['tls'] : undefined;
  const sink = isRecord(target) ? target['sink'] : undefined;
  const secrets = {
    'target.password': isRecord(target) ? target['password'] : undefined,
    'target.tls.keyPem': isRecord(tls) ? tls['keyPem'] : undefined,
    'target.sink.password': isRecord(sink) ? sink['password'] : undefined,
  };
  for (const [name, value] of Object.entries(secrets))
    if (value !== undefined)
      issues.push({
        path: `${path}.run.${name}`,
        message: 'expected no secret: steps are stored and shown as they are; the target of the suite keeps one',
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
