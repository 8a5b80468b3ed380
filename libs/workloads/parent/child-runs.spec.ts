import { expect, it } from 'vitest';
import { SearchSpec } from '../search/search.schema.js';
import { childRuns } from './child-runs.js';

/** What of a stored run is looked at here. */
const stored = (id: string, projectId: string, status: string) => ({ id, projectId, status, step: null });

it('a run of another project, or one that was no success, stands for no step', async () => {
  const known = new Map([
    ['own', stored('own', 'red', 'completed')],
    ['foreign', stored('foreign', 'blue', 'completed')],
    ['broken', stored('broken', 'red', 'failed')],
  ]);
  const reuse = { 'probe-1': 'own', 'probe-2': 'foreign', 'probe-3': 'broken', 'probe-4': 'gone' };
  const spec = SearchSpec.parse({
    probe: { kind: 'stress', spec: {} },
    plan: { type: 'sweep', ratesPerSecond: [1] },
    reuse,
  });
  const store = {
    runs: { find: async (id: string) => known.get(id) ?? null },
    parents: { children: async () => [] },
  };
  const { byStep, reused } = await childRuns(store as never, { id: 'parent', projectId: 'red', spec });
  expect([...byStep.keys()]).toEqual(['probe-1']);
  expect([...reused]).toEqual(['probe-1']);
});
