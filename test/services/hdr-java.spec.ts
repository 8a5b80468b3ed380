import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntervalSnapshot, OperationInterval } from '#libs/contract/interval.js';
import { seededRandom } from '#libs/load/random.js';
import { readHdrLog } from '#libs/stats/hdr-log-reader.js';
import { hdrLogHeader, hdrLogLines } from '#libs/stats/hdr-log.js';
import { Histogram, loadHistograms } from '#libs/stats/histogram.js';
import { OperationRecorder } from '#libs/stats/recorder.js';
import { anInterval } from '#libs/stats/sample-interval.js';

/** Path of the genuine Java library: org.hdrhistogram:HdrHistogram. */
const jar = process.env['TIDEMARK_TEST_HDR_JAR'];

const hasJava = (): boolean => {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const START_MS = 1_795_212_426_789;
const INTERVALS = 5;
const TAGS = ['WRITE-st', 'WRITE-rt', 'WRITE-wt', 'READ-st', 'READ-rt', 'READ-wt'];

/** Latencies from 50 µs to minutes, recorded as a lane does. */
function measured(): IntervalSnapshot[] {
  const random = seededRandom(42);
  const recorders = [new OperationRecorder(true), new OperationRecorder(true)];
  return Array.from({ length: INTERVALS }, (_, interval) => {
    const operations: Record<string, OperationInterval> = {};
    for (const [index, name] of ['READ', 'WRITE'].entries()) {
      const recorder = recorders[index];
      for (let count = 0; count < 3000 * (index + 1); count++) {
        const dueNs = random() * 1e9;
        const startNs = dueNs + 10 ** (3 + 5 * random());
        recorder?.record(0, dueNs, startNs, startNs + 10 ** (4.7 + 6 * random() ** 4), 1, 0, 1);
      }
      recorder?.record(7, 0, 0, 5e9, 0, 9, 1);
      const taken = recorder?.snapshot();
      if (taken) operations[name] = taken;
    }
    return anInterval(interval, { startMs: START_MS + interval * 1000, operations });
  });
}

describe.skipIf(jar === undefined || !hasJava())("Java's HistogramLogProcessor reads our log", () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-hdr-'));
  const log = join(folder, 'ours.hdr');

  beforeAll(async () => {
    await loadHistograms();
    const lines = [...hdrLogHeader(START_MS), ...measured().flatMap((snapshot) => hdrLogLines(snapshot, START_MS))];
    writeFileSync(log, `${lines.join('\n')}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const processed = (tag: string) => {
    const output = join(folder, tag);
    const options = ['-i', log, '-o', output, '-tag', tag, '-outputValueUnitRatio', '1'];
    execFileSync('java', ['-cp', jar ?? '', 'org.HdrHistogram.HistogramLogProcessor', ...options]);
    return { intervals: readFileSync(output, 'utf8'), percentiles: readFileSync(`${output}.hgrm`, 'utf8') };
  };

  it.each(TAGS)('with equal counts, percentiles, mean, deviation and maximum: %s', (tag) => {
    const ours = readHdrLog(readFileSync(log, 'utf8')).entries.filter((entry) => entry.tag === tag);
    expect(ours).toHaveLength(INTERVALS);
    const merged = Histogram.merged(ours.map((entry) => entry.histogram));
    const { intervals, percentiles } = processed(tag);

    const rows = percentiles.split('\n').flatMap((line) => {
      const [value, percentile, count] = line.trim().split(/\s+/).map(Number);
      return value !== undefined && percentile !== undefined && Number.isFinite(value) && Number.isFinite(count)
        ? [{ value, percentile }]
        : [];
    });
    expect(rows.length).toBeGreaterThan(30);
    for (const { value, percentile } of rows) {
      // Percentiles are printed with 12 decimals: what was cut off must not select the next rank.
      expect(merged.valueAtNs(percentile * 100 - 1e-9), `p${percentile * 100}`).toBe(value);
    }
    const figure = (name: string) => Number(new RegExp(`${name}\\s*=\\s*([\\d.]+)`).exec(percentiles)?.[1]);
    expect(figure('Total count')).toBe(merged.count);
    expect(figure('Max')).toBe(merged.maxNs);
    expect(Math.abs(figure('Mean') - merged.meanNs)).toBeLessThan(0.01);
    expect(Math.abs(figure('StdDeviation') - merged.stdevNs)).toBeLessThan(0.01);

    const counts = [...intervals.matchAll(/^\s*[\d.]+: I:(\d+)/gm)].map(([, count]) => Number(count));
    expect(counts).toEqual(ours.map((entry) => Histogram.decode(entry.histogram).count));
  });
});
