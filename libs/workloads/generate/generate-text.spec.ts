import { describe, expect, it } from 'vitest';
import { reportOf } from '#libs/dataset/manifest.js';
import type { FileRecord } from '#libs/dataset/file-record.js';
import { anInterval, anOperation, aSelf, steady } from '#libs/stats/sample-interval.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { fileLine } from './file-line.js';
import { joinGenerated } from './generate.report.js';
import { GenerateSpec } from './generate.schema.js';
import { footLines, headLines } from './generate-text.js';
import { Progress } from './progress.js';

await loadHistograms();

const spec = GenerateSpec.parse({
  dataset: 'loadable_data',
  files: 36,
  rowsPerFile: 50_000,
  threads: 16,
  sizes: { type: 'uniform', minBytes: 1_000, maxBytes: 1_015 },
});

/** File `index` with `counts` rows of 1,000, 1,001 … bytes. */
const recordOf = (index: number, counts: number[]): FileRecord => {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const totalBytes = counts.reduce((sum, count, bin) => sum + count * (1_000 + bin), 0);
  return {
    fingerprint: 'f',
    name: `worker0${index + 1}_data_000${index + 1}.csv`,
    index,
    firstRow: index * 50_000,
    rows,
    dataBytes: totalBytes + 3 * rows,
    storedBytes: totalBytes + 3 * rows,
    sha256: 'x',
    sizes: {
      counts,
      totalBytes,
      minBytes: 1_000 + counts.findIndex((count) => count > 0),
      maxBytes: 999 + counts.length,
    },
  };
};

const even = Array.from({ length: 16 }, () => 10);
const uneven = [26, ...Array.from({ length: 14 }, () => 10), 4];

describe('the report', () => {
  const left = reportOf(spec, [recordOf(0, even), recordOf(1, uneven)], new Set([0]));
  const right = reportOf(spec, [recordOf(2, uneven)], new Set());

  it('says what is there, what was kept of it, and how far the sizes are from the asked ones', () => {
    expect(left).toMatchObject({ files: 2, keptFiles: 1, rows: 330, keptRows: 160 });
    expect(left.sizes.bins[0]).toEqual({
      fromBytes: 1_000,
      toBytes: 1_000,
      askedShare: 1 / 16,
      rows: 36,
      share: 36 / 330,
    });
    expect(left.sizes.largestDifference).toBeCloseTo(36 / 330 - 1 / 16, 10);
    expect(left.sizes.askedMeanBytes).toBeCloseTo(1_007.5, 6);
  });

  it('of several executors is the report of all files', () => {
    const all = [recordOf(0, even), recordOf(1, uneven), recordOf(2, uneven)];
    const whole = reportOf(spec, all, new Set([0]));
    const joined = joinGenerated([left, right]);
    expect({ ...joined, sizes: { ...joined?.sizes, askedMeanBytes: 0 } }).toEqual({
      ...whole,
      sizes: { ...whole.sizes, askedMeanBytes: 0 },
    });
    expect(joined?.sizes.askedMeanBytes).toBeCloseTo(whole.sizes.askedMeanBytes, 6);
    expect(joinGenerated([])).toBeUndefined();
  });
});

describe('the text', () => {
  it('has the load generator’s lines', () => {
    expect(headLines(spec, 'loadable_data')).toEqual([
      'Generating 36 files with 50000 rows each',
      'Output directory: loadable_data',
      'Using 16 threads',
      '',
    ]);
    expect(fileLine({ ...recordOf(1, even), rows: 50_000 }, spec, 'loadable_data')).toMatch(
      /^✓ File {3}2\/36: loadable_data\/worker02_data_0002\.csv \(50000 rows, keys 50001-100000, size 1\.0-1\.0KB avg=/,
    );
    const report = { ...reportOf(spec, [recordOf(0, even)], new Set()), rows: 1_800_000, files: 36 };
    const lines = footLines(report, 45.2);
    expect(lines).toContain('Completed in 45.2s');
    expect(lines).toContain('Total rows: 1,800,000');
    expect(lines).toContain('Throughput: 39,823 rows/sec');
    expect(lines.at(-1)).toMatch(/^ok=1800000 \| errors=0 \| files=36 \| kept=0 \| .*rows_per_s=39823 /);
  });

  it('says nothing of a rate when everything was kept', () => {
    const report = reportOf(spec, [recordOf(0, even)], new Set([0]));
    expect(footLines(report, 0).at(-1)).toMatch(
      /^ok=0 \| .* \| kept=1 \| rows=160 \| .*rows_per_s=0 \| mb_per_s=0\.0 /,
    );
  });
});

describe('progress', () => {
  const second = (interval: number) =>
    anInterval(interval, {
      operations: { ROW: anOperation(steady(50, 1)) },
      self: aSelf({ bytesSent: 2_000_000 }),
    });

  it('tells rate, share and time left, as often as asked and never after the end', () => {
    const progress = new Progress({ rows: 300 }, 2_000);
    const lines = [0, 1, 2, 3, 4, 5].map((interval) => progress.add(second(interval)));
    expect(lines).toEqual([
      undefined,
      'rows_per_s=50 | mb_per_s=2.0 | ok=100 | of=300 | percent=33 | eta_s=4',
      undefined,
      'rows_per_s=50 | mb_per_s=2.0 | ok=200 | of=300 | percent=66 | eta_s=2',
      undefined,
      undefined,
    ]);
  });
});
