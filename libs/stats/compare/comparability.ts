import type { ComparabilityProblem } from '#libs/contract/comparison.js';
import type { Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';

type Problem = ComparabilityProblem;

export interface Comparable {
  run: Run;
  summary: Summary | null;
}

const MOST_PATHS = 8;
const DURATION_SHARE = 0.1;
/** Runs by count and by time, names and seeds: what may differ without a word. */
const UNTOLD = new Set(['command', 'seed']);

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Paths at which two documents differ, with both values. */
export function differingPaths(one: unknown, other: unknown, path = ''): string[] {
  if (isRecord(one) && isRecord(other)) {
    const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => !UNTOLD.has(name));
    return names.flatMap((name) => differingPaths(one[name], other[name], path === '' ? name : `${path}.${name}`));
  }
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [`${path}: ${shown(one)} and ${shown(other)}`];
}

const listed = (paths: readonly string[]): string =>
  paths.length > MOST_PATHS
    ? `${paths.slice(0, MOST_PATHS).join('; ')}; and ${paths.length - MOST_PATHS} more`
    : paths.join('; ');

const incomparable = (code: Problem['code'], message: string): Problem => ({ code, level: 'incomparable', message });
const warning = (code: Problem['code'], message: string): Problem => ({ code, level: 'warning', message });

function beliefProblems(baseline: Comparable, candidate: Comparable): Problem[] {
  const problems: Problem[] = [];
  const { run, summary } = candidate;
  if (summary === null) problems.push(incomparable('NO_RESULT', `the candidate is ${run.status} and has no result`));
  else if (run.status !== 'completed')
    problems.push(warning('NOT_COMPLETED', `the candidate is ${run.status}: its plan was not carried out`));
  if (baseline.run.status !== 'completed')
    problems.push(warning('NOT_COMPLETED', `the baseline is ${baseline.run.status}: its plan was not carried out`));
  if (run.validity?.level === 'invalid') {
    const reasons = run.validity.reasons.map(({ message }) => message).join('; ');
    problems.push(incomparable('INVALID', `the candidate's figures cannot be believed: ${reasons}`));
  }
  for (const [name, one] of [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const) {
    if (one.run.validity?.level === 'degraded')
      problems.push(
        warning(
          'DEGRADED',
          `the ${name} is degraded: ${one.run.validity.reasons.map(({ message }) => message).join('; ')}`,
        ),
      );
    if (one.summary !== null && one.summary.coverage < 1 - 1e-6)
      problems.push(warning('COVERAGE', `only ${(100 * one.summary.coverage).toFixed(1)} % of the ${name} reported`));
  }
  return problems;
}

/** Everything about two runs that could be the cause of a difference between them, or makes one mean nothing. */
export function comparability(baseline: Comparable, candidate: Comparable): Problem[] {
  const [one, other] = [baseline.run, candidate.run];
  if (one.kind !== other.kind)
    return [
      incomparable('KIND', `the baseline is of kind ${one.kind}, the candidate of kind ${other.kind}`),
      ...beliefProblems(baseline, candidate),
    ];
  const problems = beliefProblems(baseline, candidate);
  if (one.simulated !== other.simulated)
    problems.push(
      incomparable(
        'SIMULATED',
        `one target is simulated and the other is real: the ${one.simulated ? 'baseline' : 'candidate'}'s figures say nothing of a database`,
      ),
    );
  const spec = differingPaths(one.spec, other.spec);
  if (spec.length > 0)
    problems.push(warning('SPEC', `different specifications (baseline and candidate): ${listed(spec)}`));
  const target = differingPaths(one.target, other.target);
  if (target.length > 0)
    problems.push(warning('TARGET', `different targets (baseline and candidate): ${listed(target)}`));
  const placement = differingPaths(one.placement, other.placement);
  if (placement.length > 0)
    problems.push(warning('PLACEMENT', `different placement (baseline and candidate): ${listed(placement)}`));
  const [before, after] = [baseline.summary?.durationMs ?? 0, candidate.summary?.durationMs ?? 0];
  if (candidate.summary !== null && Math.abs(after - before) > DURATION_SHARE * before)
    problems.push(
      warning('DURATION', `they measured for ${(before / 1000).toFixed(1)} s and ${(after / 1000).toFixed(1)} s`),
    );
  if (clocksDiffer(baseline.summary, candidate.summary))
    problems.push(warning('CLOCK', 'only one of them has a schedule: latencies are compared as service time'));
  return problems;
}

const responds = (summary: Summary | null): boolean =>
  Object.values(summary?.operations ?? {}).some(({ responseTime }) => responseTime !== null);

const clocksDiffer = (one: Summary | null, other: Summary | null): boolean =>
  one !== null && other !== null && responds(one) !== responds(other);
