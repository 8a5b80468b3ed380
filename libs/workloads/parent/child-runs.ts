import type { Store, StoredRun } from '#libs/store/port.js';
import type { ParentRun } from './parent-state.js';

/** The runs of a run's steps, by step; `reused` ones belong to another run. */
export interface ChildRuns {
  byStep: ReadonlyMap<string, StoredRun>;
  reused: ReadonlySet<string>;
}

/**
 * What stands for the steps of a run: its own runs, and completed ones of its project that it was told to use again. One
 * that is gone, was no success or is another project's is made again. Throws what the store throws.
 */
export async function childRuns(
  { runs, parents }: Pick<Store, 'runs' | 'parents'>,
  { id, projectId, spec: { reuse } }: Pick<ParentRun, 'id' | 'projectId' | 'spec'>,
): Promise<ChildRuns> {
  const own = await parents.children(id);
  const byStep = new Map(own.map((run) => [run.step ?? '', run]));
  const reused = new Set<string>();
  for (const [step, runId] of Object.entries(reuse)) {
    if (byStep.has(step)) continue;
    const run = await runs.find(runId);
    if (run?.status !== 'completed' || run.projectId !== projectId) continue;
    byStep.set(step, run);
    reused.add(step);
  }
  return { byStep, reused };
}
