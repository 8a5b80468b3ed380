import { describe, expect, it } from 'vitest';
import { assignmentsOf, planQuery } from './query.plan.js';

const NAMES = Array.from({ length: 10 }, (_, index) => `file${index + 1}`);

describe('the plan of a query run', () => {
  it('gives files 1, 4, 7, 10 to the first of three workers', () => {
    expect(assignmentsOf(NAMES, 3).map(({ worker, files }) => `${worker}: ${files.join(' ')}`)).toEqual([
      '1: file1 file4 file7 file10',
      '2: file2 file5 file8',
      '3: file3 file6 file9',
    ]);
  });

  it.each([
    { executors: 1, lanes: 3 },
    { executors: 3, lanes: 1 },
    { executors: 2, lanes: 3 },
  ])('gives every file to one lane and to executors in turn, with $executors executors of $lanes lanes', (size) => {
    const shards = planQuery({ lanes: size.lanes, concurrency: 7 }, size);
    const owners = NAMES.map((_, index) =>
      shards.flatMap((shard) =>
        shard.lanes.filter(({ first, stride }) => index % stride === first).map(() => shard.index),
      ),
    );
    expect(owners).toEqual(NAMES.map((_, index) => [index % size.executors]));
    expect(shards.flatMap(({ lanes }) => lanes.map(({ threads }) => threads))).toEqual(
      Array.from({ length: size.executors * size.lanes }, () => 7),
    );
  });
});
