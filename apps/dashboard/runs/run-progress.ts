import type { Run } from '../connection.js';

/** What a run is meant to do, as far as its definition says. */
export interface Plan {
  operations: number | null;
  durationMs: number | null;
}

const numberAt = (value: unknown, key: string): number | null => {
  if (typeof value !== 'object' || value === null || !(key in value)) return null;
  const found: unknown = Reflect.get(value, key);
  return typeof found === 'number' ? found : null;
};

/** Kinds name it alike: `stop`, or `durationMs` and `operations` of the spec itself, or rows of files. */
export function planOf({ spec }: Pick<Run, 'spec'>): Plan {
  const stop: unknown = 'stop' in spec ? spec.stop : spec;
  const [files, rows] = [numberAt(spec, 'files'), numberAt(spec, 'rowsPerFile')];
  const made = files === null || rows === null ? null : files * rows;
  return {
    operations: numberAt(stop, 'count') ?? numberAt(stop, 'operations') ?? made,
    durationMs: numberAt(stop, 'durationMs'),
  };
}

/**
 * How far a run is, 0 to 1; null where nobody can say. `completed`: operations so far, which only its intervals tell while
 * it is on.
 */
export function progressOf(run: Run, atMs: number, completed: number | null): number | null {
  if (run.startedAtMs === null) return null;
  const plan = planOf(run);
  const shares = [
    plan.durationMs === null ? null : (atMs - run.startedAtMs) / plan.durationMs,
    plan.operations === null || plan.operations === 0 || completed === null ? null : completed / plan.operations,
  ].filter((share) => share !== null);
  if (shares.length === 0) return null;
  return Math.min(1, Math.max(0, ...shares));
}
