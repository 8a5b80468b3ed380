import { expect, it } from 'vitest';
import type { Run } from '../connection.js';
import { planOf, progressOf } from './run-progress.js';

const run = (spec: object): Run => ({ spec, startedAtMs: 1000, shards: [] }) as unknown as Run;

it.each([
  [{ stop: { type: 'operations', count: 500 } }, { operations: 500, durationMs: null }],
  [{ stop: { type: 'duration', durationMs: 9000 } }, { operations: null, durationMs: 9000 }],
  [
    { durationMs: 60_000, operations: 10 },
    { operations: 10, durationMs: 60_000 },
  ],
  [
    { files: 4, rowsPerFile: 25 },
    { operations: 100, durationMs: null },
  ],
  [{ steps: [] }, { operations: null, durationMs: null }],
])('the plan of %j is known', (spec, plan) => {
  expect(planOf(run(spec))).toEqual(plan);
});

it('progress goes by time or by count, whichever is further, and is not guessed', () => {
  const both = run({ durationMs: 10_000, operations: 100 });
  expect(progressOf(both, 3500, 80)).toBe(0.8);
  expect(progressOf(both, 6000, null)).toBe(0.5);
  expect(progressOf(both, 60_000, 0)).toBe(1);
  expect(progressOf(run({ steps: [] }), 6000, 5)).toBeNull();
});
