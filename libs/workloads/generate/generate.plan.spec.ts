import { describe, expect, it } from 'vitest';
import { planGenerate } from './generate.plan.js';

const filesOf = (files: number, lanes: number, executors: number): number[] =>
  planGenerate({ files, lanes }, { executors }).flatMap((shard) =>
    shard.lanes.flatMap(({ first, stride }) =>
      Array.from({ length: Math.ceil((files - first) / stride) }, (_, turn) => first + turn * stride),
    ),
  );

describe('planGenerate', () => {
  it.each([
    [1, 1, 1],
    [36, 2, 1],
    [36, 2, 3],
    [7, 4, 3],
    [5, 2, 4],
    [2, 8, 3],
    [100, 3, 7],
  ])('gives each of %d files to exactly one of %d lanes of %d executors', (files, lanes, executors) => {
    expect(filesOf(files, lanes, executors).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: files }, (_, index) => index),
    );
  });

  it('makes no executor and no lane that would have nothing to do', () => {
    const shards = planGenerate({ files: 5, lanes: 4 }, { executors: 3 });
    expect(shards.map(({ index, count, lanes }) => [index, count, lanes.length])).toEqual([
      [0, 3, 2],
      [1, 3, 2],
      [2, 3, 1],
    ]);
    expect(planGenerate({ files: 2, lanes: 1 }, { executors: 9 })).toHaveLength(2);
  });
});
