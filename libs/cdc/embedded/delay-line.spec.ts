import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { CdcPipeline } from '#libs/workloads/cdc/cdc.schema.js';
import { DelayLine } from './delay-line.js';
import { lagOf } from './lag.js';

function aLine(script: object): DelayLine<number> {
  const pipeline = CdcPipeline.parse({ type: 'embedded', lag: { type: 'constant', ms: 100 }, ...script });
  if (pipeline.type !== 'embedded') throw new Error('expected an embedded pipeline');
  return new DelayLine(pipeline, seededRandom(5), 0);
}

const many = Array.from({ length: 2_000 }, (_, change) => change);

describe('the line of a simulated pipeline', () => {
  it('hands on in order after its lag', () => {
    const line = aLine({});
    line.add(1, 0);
    line.add(2, 50);
    expect([line.take(99, 9), line.take(100, 9), line.take(149, 9), line.take(150, 9)]).toEqual([[], [1], [], [2]]);
  });

  it('loses, repeats and reorders as often as its script says, and counts it', () => {
    const line = aLine({ lossShare: 0.1, duplicateShare: 0.2, reorderShare: 0.05 });
    for (const change of many) line.add(change, change);
    const out = line.take(1e6, 1e6);
    const { lost, duplicated, reordered } = line.figures;
    expect(lost / many.length).toBeCloseTo(0.1, 1);
    expect(out).toHaveLength(many.length - lost + duplicated);
    expect(new Set(out).size).toBe(many.length - lost);
    expect(out.some((change, index) => change < (out[index - 1] ?? 0))).toBe(reordered > 0);
    expect(line.waiting).toBe(0);
  });

  it('stalls', () => {
    const line = aLine({ stall: { everyMs: 1_000, forMs: 500 } });
    line.add(1, 1_000);
    expect([line.take(1_499, 9), line.take(1_501, 9)]).toEqual([[], [1]]);
  });
});

it('a lognormal lag has the median and the 99th percentile that were asked for', () => {
  const lag = lagOf({ type: 'lognormal', medianMs: 100, p99Ms: 400 }, seededRandom(9));
  const drawn = Array.from({ length: 40_000 }, lag).toSorted((a, b) => a - b);
  expect((drawn[20_000] ?? 0) / 100).toBeCloseTo(1, 1);
  expect((drawn[39_600] ?? 0) / 400).toBeCloseTo(1, 1);
});
