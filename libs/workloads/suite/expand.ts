import type { Issue } from '#libs/contract/problem.js';
import { combinationName, combinationsOf, type Combination, matrixProblems } from './matrix.js';
import { fillIn, placeholdersOf } from './placeholders.js';
import type { SuiteSpec, SuiteStep } from './suite.schema.js';

export const PHASES = ['setup', 'steps', 'cleanup'] as const;
export type Phase = (typeof PHASES)[number];

/** One step as it is carried out: parameters and matrix are filled in, outputs of other steps are not. */
export interface ExpandedStep {
  /** `load`, or `load[threads=8]` where there is a matrix. */
  key: string;
  id: string;
  phase: Phase;
  /** Where it stands in the posted definition: `spec.steps[2]`. */
  path: string;
  /** Keys of the steps that have to have ended before it starts, whatever became of them. */
  after: readonly string[];
  /** Keys of the steps that its condition is about. */
  needs: readonly string[];
  when: string;
  pauseMs: number;
  run: Readonly<Record<string, unknown>>;
}

export interface ExpandedSuite {
  steps: readonly ExpandedStep[];
  issues: readonly Issue[];
}

const OUTPUT = /^steps\.([^.[\]]+(?:\[[^\]]*\])?)\.outputs\.([A-Za-z][A-Za-z0-9_]*)$/;
const MOST_STEPS = 500;

/** The step and the output that a placeholder names; undefined when it is none of an output. */
export function outputName(placeholder: string): { step: string; output: string } | undefined {
  const [, step, output] = OUTPUT.exec(placeholder) ?? [];
  return step === undefined || output === undefined ? undefined : { step, output };
}

/** Key of a step, by its id and its values of the matrix. */
const keyOf = (id: string, values: Combination | undefined): string =>
  values === undefined ? id : `${id}[${combinationName(values)}]`;

/** Everything that a suite does, in an order in which it could, and everything that is wrong with it; pure. */
export function expandSuite(spec: SuiteSpec): ExpandedSuite {
  const issues: Issue[] = [];
  const keysOf = new Map<string, readonly string[]>();
  const phaseOf = new Map<string, Phase>();
  const steps: ExpandedStep[] = [];
  for (const phase of PHASES)
    for (const [index, { id, matrix }] of spec[phase].entries()) {
      const path = `spec.${phase}[${index}]`;
      if (keysOf.has(id)) issues.push({ path: `${path}.id`, message: `expected every id once, found ${id} again` });
      if (matrix) issues.push(...matrixProblems(matrix).map((one) => ({ ...one, path: `${path}.matrix.${one.path}` })));
      const keys = (matrix ? combinationsOf(matrix) : [undefined]).map((values) => keyOf(id, values));
      if (keys.length === 0)
        issues.push({ path: `${path}.matrix`, message: 'expected at least one combination, all are excluded' });
      keysOf.set(id, keys);
      phaseOf.set(id, phase);
    }
  for (const phase of PHASES)
    for (const [index, step] of spec[phase].entries()) {
      const before = spec[phase][index - 1];
      const inOrder = phase !== 'steps' || spec.order === 'sequence';
      const place = { phase, path: `spec.${phase}[${index}]`, previous: inOrder ? before?.id : undefined };
      steps.push(...expandStep(spec, step, place, { keysOf, phaseOf, issues }));
    }
  if (steps.length > MOST_STEPS)
    issues.push({ path: 'spec.steps', message: `expected at most ${MOST_STEPS} steps, found ${steps.length}` });
  const sorted = issues.length > 0 ? steps : inTurn(steps, issues);
  for (const key of Object.keys(spec.reuse))
    if (!steps.some((step) => step.key === key))
      issues.push({ path: `spec.reuse[${JSON.stringify(key)}]`, message: 'expected the name of a step' });
  return { steps: sorted, issues };
}

interface Known {
  keysOf: ReadonlyMap<string, readonly string[]>;
  phaseOf: ReadonlyMap<string, Phase>;
  issues: Issue[];
}

function expandStep(
  spec: SuiteSpec,
  step: SuiteStep,
  { phase, path, previous }: { phase: Phase; path: string; previous: string | undefined },
  { keysOf, phaseOf, issues }: Known,
): ExpandedStep[] {
  const later = (id: string): boolean =>
    PHASES.indexOf(phaseOf.get(id) ?? 'setup') > PHASES.indexOf(phase) || id === step.id;
  for (const [at, id] of (step.needs ?? []).entries())
    if (!keysOf.has(id) || later(id))
      issues.push({
        path: `${path}.needs[${at}]`,
        message: `expected another step of this or an earlier phase, found ${id}`,
      });
  const combinations = step.matrix ? combinationsOf(step.matrix) : [undefined];
  const expanded: ExpandedStep[] = [];
  for (const values of combinations) {
    const fill = (value: unknown) => fillIn(value, (name) => known(name, spec, values));
    const run = fill(step.run);
    const when = fill(step.when);
    const read = outputsRead({ run, when }, path, keysOf, issues, later);
    const needs = [...(step.needs ?? []).flatMap((id) => keysOf.get(id) ?? []), ...read];
    const sibling = expanded.at(-1)?.key;
    const isRow = step.matrix !== undefined && step.matrix.order === 'sequence';
    expanded.push({
      key: keyOf(step.id, values),
      id: step.id,
      phase,
      path,
      after: [
        ...(step.needs === undefined && previous !== undefined ? (keysOf.get(previous) ?? []) : []),
        ...(isRow && sibling !== undefined ? [sibling] : []),
        ...needs,
      ],
      needs: [...new Set(needs)],
      when: String(when),
      pauseMs: step.pauseMs,
      run: isRecord(run) ? run : {},
    });
  }
  return expanded;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function known(name: string, { params }: SuiteSpec, values: Combination | undefined) {
  const [kind, field = '', ...rest] = name.split('.');
  if (rest.length > 0) return undefined;
  if (kind === 'params') return params[field];
  return kind === 'matrix' ? values?.[field] : undefined;
}

/** Keys of the steps whose outputs are read; whatever else is still open is a mistake. */
function outputsRead(
  value: unknown,
  path: string,
  keysOf: Known['keysOf'],
  issues: Issue[],
  later: (id: string) => boolean,
): string[] {
  const keys: string[] = [];
  for (const name of placeholdersOf(value)) {
    const found = outputName(name);
    const id = found?.step.replace(/\[.*$/, '') ?? '';
    const expected = found === undefined ? undefined : keysOf.get(id)?.find((key) => key === found.step);
    if (expected !== undefined && !later(id)) keys.push(expected);
    else
      issues.push({
        path,
        message: `expected \${params.…}, \${matrix.…} or \${steps.<step>.outputs.…} of something that is there, found \${${name}}`,
      });
  }
  return keys;
}

/** The steps by phase, and in it so that each comes after those that it waits for; cycles become issues. */
function inTurn(steps: readonly ExpandedStep[], issues: Issue[]): readonly ExpandedStep[] {
  const sorted: ExpandedStep[] = [];
  const done = new Set<string>();
  let left = [...steps];
  while (left.length > 0) {
    const ready = left.filter((step) => step.after.every((key) => done.has(key)));
    if (ready.length === 0) {
      const names = left.map((step) => step.key).join(', ');
      issues.push({
        path: left[0]?.path ?? 'spec.steps',
        message: `expected no circle, these wait for each other: ${names}`,
      });
      return steps;
    }
    for (const step of ready) done.add(step.key);
    sorted.push(...ready);
    left = left.filter((step) => !done.has(step.key));
  }
  return sorted.toSorted((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
}
