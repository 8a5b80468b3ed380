import { describe, expect, it } from 'vitest';
import { SizeDistribution } from '#libs/workloads/generate/generate.schema.js';
import { RowRandom } from './row-random.js';
import { meanBytes, shownBins, sizeBins } from './size-bins.js';
import { SizeDraw, SizeTally } from './size-draw.js';
import { countsOf, sizeReport } from './size-report.js';

const KB = 1024;
const ROWS = 200_000;

const DISTRIBUTIONS: readonly SizeDistribution[] = [
  { type: 'production' },
  { type: 'fixed', bytes: 500 },
  { type: 'uniform', minBytes: 100, maxBytes: 9_999 },
  { type: 'lognormal', medianBytes: 4_000, sigma: 0.8, minBytes: 200, maxBytes: 100_000 },
  {
    type: 'histogram',
    bins: [
      { fromBytes: 50, toBytes: 50, share: 3 },
      { fromBytes: 1_000, toBytes: 1_999, share: 1 },
    ],
  },
];

function drawn(distribution: SizeDistribution, rows = ROWS) {
  const bins = sizeBins(distribution);
  const draw = new SizeDraw(bins);
  const tally = new SizeTally(shownBins(bins));
  const random = new RowRandom(1);
  for (let row = 0; row < rows; row++) {
    random.start(row);
    tally.add(draw.bytes(random.next()));
  }
  return sizeReport(shownBins(bins), [tally.take()]);
}

describe('the production-like sizes', () => {
  const bins = sizeBins({ type: 'production' });

  it('have a mean of about 8 KB, from 3.7 to 151 KB', () => {
    expect(meanBytes(bins) / KB).toBeCloseTo(8.05, 1);
    expect(bins[0]?.fromBytes).toBe(Math.round(3.7 * KB));
    expect(bins.at(-1)?.toBytes).toBe(151 * KB);
  });

  it('peak at 4.2 KB with 22 % of the rows', () => {
    const density = ({ fromBytes, toBytes, share }: (typeof bins)[number]) => share / (toBytes - fromBytes + 1);
    const peak = bins.toSorted((left, right) => density(right) - density(left))[0];
    expect(peak?.share).toBe(0.22);
    expect(((peak?.fromBytes ?? 0) + (peak?.toBytes ?? 0)) / 2 / KB).toBeCloseTo(4.2, 2);
  });
});

describe.each(DISTRIBUTIONS)('sizes of distribution $type', (distribution) => {
  const bins = sizeBins(distribution);

  it('are bins in ascending order without overlap whose shares sum to 1', () => {
    expect(bins.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    for (const [index, { fromBytes, toBytes }] of bins.entries()) {
      expect(toBytes).toBeGreaterThanOrEqual(fromBytes);
      if (index > 0) expect(fromBytes).toBeGreaterThan(bins[index - 1]?.toBytes ?? 0);
    }
  });

  it('are drawn as asked: every share within a percent point, the mean within 1 %', () => {
    const report = drawn(distribution);
    expect(report.rows).toBe(ROWS);
    expect(report.largestDifference).toBeLessThan(0.01);
    expect(Math.abs(report.meanBytes / meanBytes(bins) - 1)).toBeLessThan(0.01);
    expect(report.minBytes).toBeGreaterThanOrEqual(bins[0]?.fromBytes ?? 0);
    expect(report.maxBytes).toBeLessThanOrEqual(bins.at(-1)?.toBytes ?? 0);
  });

  it('reach both ends of every bin, and never beyond', () => {
    const draw = new SizeDraw(bins);
    expect(draw.bytes(0)).toBe(bins[0]?.fromBytes);
    expect(draw.bytes(0xffffffff)).toBe(bins.at(-1)?.toBytes);
  });

  it('are shown in at most 64 bins that cover the same', () => {
    const shown = shownBins(bins);
    expect(shown.length).toBeLessThanOrEqual(64);
    expect(shown.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect([shown[0]?.fromBytes, shown.at(-1)?.toBytes]).toEqual([bins[0]?.fromBytes, bins.at(-1)?.toBytes]);
  });
});

it('a lognormal distribution keeps its median and mean where its bounds leave room', () => {
  const wide = { type: 'lognormal', medianBytes: 4_000, sigma: 0.5, minBytes: 37, maxBytes: 1_000_000 } as const;
  const below = sizeBins(wide)
    .filter(({ toBytes }) => toBytes < 4_000)
    .reduce((sum, { share }) => sum + share, 0);
  expect(below).toBeCloseTo(0.5, 1);
  // Mean of a lognormal: median x e^(sigma²/2).
  expect(drawn(wide).meanBytes / (4_000 * Math.exp(0.125))).toBeCloseTo(1, 2);
});

it('a report of parts is the report of the whole', () => {
  const bins = shownBins(sizeBins({ type: 'production' }));
  const whole = drawn({ type: 'production' }, 3_000);
  const empty = sizeReport(bins, []);
  expect(sizeReport(bins, [countsOf(empty), countsOf(whole)])).toEqual(whole);
  expect(empty).toMatchObject({ rows: 0, minBytes: 0, maxBytes: 0, meanBytes: 0, largestDifference: 0 });
});

it.each([
  [{ type: 'uniform', minBytes: 100, maxBytes: 99 }, 'expected at least minBytes'],
  [{ type: 'fixed', bytes: 36 }, '37'],
  [
    {
      type: 'histogram',
      bins: [
        { fromBytes: 100, toBytes: 200, share: 1 },
        { fromBytes: 200, toBytes: 300, share: 1 },
      ],
    },
    'ascending order',
  ],
])('refuses %j', (sizes, message) => {
  expect(SizeDistribution.safeParse(sizes).error?.message).toContain(message);
});
