import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { anInterval, anOperation, aSelf, steady } from '#libs/stats/sample-interval.js';
import { IntervalJoin } from './interval-join.js';

await loadHistograms();

/** A lane's interval in which it completed so many WRITEs. */
const part = (interval: number, completed: number, fields: Partial<IntervalSnapshot> = {}): IntervalSnapshot =>
  anInterval(interval, { operations: { WRITE: anOperation(steady(completed, 1)) }, ...fields });

function joined(lanes: number) {
  const emitted: IntervalSnapshot[] = [];
  const join = new IntervalJoin(lanes, (snapshot) => emitted.push(snapshot));
  return {
    join,
    emitted,
    seen: () => emitted.map(({ interval, operations }) => [interval, operations['WRITE']?.completed]),
  };
}

describe('IntervalJoin', () => {
  it('joins the lanes on the boundary: one snapshot per interval, its counts the sum of the parts', () => {
    const { join, emitted, seen } = joined(3);
    join.add(0, part(0, 5));
    join.add(1, part(0, 7));
    expect(emitted).toEqual([]);
    join.add(2, part(0, 11, { self: aSelf({ inFlightMax: 3, scheduleLagMaxMs: 9 }) }));
    expect(seen()).toEqual([[0, 23]]);
    expect(emitted[0]?.self).toMatchObject({ inFlightMax: 23, scheduleLagMaxMs: 9 });
  });

  it('waits for a late lane, and then hands on everything that is due, in order', () => {
    const { join, seen } = joined(2);
    for (const interval of [0, 1, 2]) join.add(0, part(interval, 1));
    expect(seen()).toEqual([]);
    join.add(1, part(0, 2));
    expect(seen()).toEqual([[0, 3]]);
    join.add(1, part(1, 2));
    join.add(1, part(2, 2));
    expect(seen()).toEqual([0, 1, 2].map((interval) => [interval, 3]));
  });

  it('takes an interval that a lane skipped as not reported by it', () => {
    const { join, seen } = joined(2);
    join.add(0, part(0, 1));
    join.add(0, part(1, 1));
    join.add(1, part(1, 2));
    expect(seen()).toEqual([
      [0, 1],
      [1, 3],
    ]);
  });

  it('goes on without a lane that has ended, at once', () => {
    const { join, seen } = joined(2);
    join.add(0, part(0, 1));
    join.add(0, part(1, 1));
    join.add(1, part(0, 2, { partial: true, lengthMs: 300 }));
    expect(seen()).toEqual([[0, 3]]);
    join.leave(1);
    expect(seen()).toEqual([
      [0, 3],
      [1, 1],
    ]);
    join.add(0, part(2, 4));
    expect(seen().at(-1)).toEqual([2, 4]);
  });

  it('calls an interval partial, and short, only when it was so for every lane', () => {
    const { join, emitted } = joined(2);
    join.add(0, part(0, 1, { partial: true, lengthMs: 300 }));
    join.add(1, part(0, 1));
    join.add(0, part(1, 1, { partial: true, lengthMs: 200 }));
    join.add(1, part(1, 1, { partial: true, lengthMs: 250 }));
    expect(emitted.map(({ partial, lengthMs }) => [partial, lengthMs])).toEqual([
      [false, 1000],
      [true, 250],
    ]);
  });

  it('gives everything away when it is flushed, once', () => {
    const { join, seen } = joined(3);
    join.add(2, part(1, 1));
    join.add(2, part(0, 1));
    join.flush();
    join.flush();
    expect(seen()).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});
