import { describe, expect, it } from 'vitest';
import type { OperationInterval } from '#libs/contract/interval.js';
import type { ShardView } from '#libs/contract/run.js';
import { anOperation, aSelf, encoded, steady } from '#libs/stats/sample-interval.js';
import { summariseOperations } from '#libs/stats/summary.js';
import type { StoredInterval } from '#libs/store/port.js';
import { aRun, aSummary } from '../../test/sample-run.js';
import { PictureFold } from './picture/picture-fold.js';
import type { RunPicture } from './picture/run-picture.js';
import { runPage } from './run-page.js';

const START_MS = 1_763_683_200_000;
const MAKER = { version: '9.9.9' };

const interval = (
  second: number,
  operations: Record<string, OperationInterval>,
  { shardIndex = 0, lengthMs = 1000 }: { shardIndex?: number; lengthMs?: number } = {},
): StoredInterval => ({
  interval: second,
  startMs: START_MS + second * 1000,
  lengthMs,
  partial: lengthMs < 1000,
  shardIndex,
  token: 1,
  executorId: `executor-${shardIndex}`,
  region: null,
  operations,
  self: aSelf({ cpuUs: 250_000, eventLoopDelayMaxMs: 3, scheduleLagMaxMs: 7, inFlightMax: 16 }),
});

const shard = (index: number, state: ShardView['state'] = 'ended'): ShardView => ({
  index,
  executorId: `executor-${index}`,
  lanes: [],
  state,
  startedAtMs: START_MS,
  completed: 1,
});

/** As the service makes it; `seconds`: how long the run took. */
function pictureOf(
  groups: readonly (readonly StoredInterval[])[],
  {
    seconds = groups.length,
    shards = [shard(0)],
    ...fields
  }: Partial<RunPicture> & { seconds?: number; shards?: readonly ShardView[] } = {},
): RunPicture {
  const fold = new PictureFold({ startMs: START_MS, expectedMs: seconds * 1000 });
  for (const group of groups) fold.add(group);
  return {
    run: aRun({ shards: [...shards] }),
    summary: null,
    ...fold.take(shards, START_MS + seconds * 1000),
    annotations: [],
    targetSays: null,
    files: {},
    ...fields,
  };
}

/** A chart's lines: for each, the places of its points, one array for each stretch without a break. */
function linesOf(page: string, title: string): [x: number, y: number][][][] {
  const [, chart] = page.split(`aria-label="${title}"`);
  if (chart === undefined) throw new Error(`no chart ${title}`);
  const [svg = ''] = chart.split('</svg>');
  return [...svg.matchAll(/<path d="([^"]*)" class="line"/g)].map(([, path = '']) =>
    path
      .split('M')
      .slice(1)
      .map((stretch) =>
        stretch
          .replace('h0', '')
          .split('L')
          .map((point): [number, number] => {
            const [x = NaN, y = NaN] = point.split(' ').map(Number);
            return [x, y];
          }),
      ),
  );
}

const cells = (page: string, heading: string): string[][] => {
  const [, section = ''] = page.split(`<h2>${heading}</h2>`);
  const [body = ''] = section.split('</section>');
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell),
  );
};

describe('PictureFold', () => {
  const failing = anOperation(steady(98, 4), { completed: 100, failed: 2, errors: { overloaded: 2 } });
  const groups = Array.from({ length: 4 }, (_, second) => [
    interval(second, { READ: anOperation(steady(50, 2 + second)), WRITE: failing }),
    interval(second, { WRITE: anOperation(steady(40, 9)) }, { shardIndex: 1 }),
  ]);

  it('has the figures of the summary, to the last digit', () => {
    const { operations } = pictureOf(groups);
    expect(Object.keys(operations)).toEqual(['READ', 'WRITE', 'total']);
    const writes = groups.flat().flatMap((one) => one.operations['WRITE'] ?? []);
    const expected = summariseOperations(writes, 4000);
    expect(operations['WRITE']).toEqual({
      ...expected,
      serviceTime: { ...expected.serviceTime, meanMs: expect.closeTo(expected.serviceTime.meanMs, 9) },
    });
    expect(operations['total']).toMatchObject({ completed: 760, failed: 8, errors: { overloaded: 8 } });
  });

  it('merges neighbours of a long run, and never averages their percentiles', { timeout: 120_000 }, () => {
    const [slow, fast] = [anOperation(steady(100, 50)), anOperation(steady(900, 1))];
    const long = Array.from({ length: 3600 }, (_, second) => [
      interval(second, { READ: second % 10 === 0 ? slow : fast }),
    ]);
    const { points, slotMs } = pictureOf(long);
    expect(slotMs).toBe(10_000);
    expect(points).toHaveLength(360);
    // 100 of 8,200 took 50 ms: 1.2 % do not show at 95 %, and are all there is at 99 %.
    expect(points[17]?.operations['READ']).toMatchObject({
      ratePerSecond: 820,
      serviceTime: { p95Ms: expect.closeTo(1, 2), p99Ms: expect.closeTo(50, 0), maxMs: expect.closeTo(50, 0) },
    });
  });

  it('puts a rest at the end to what is before it, since its rate would say nothing', () => {
    const rest = interval(4, { READ: anOperation(steady(1, 1)) }, { lengthMs: 1 });
    const { points, operations } = pictureOf([...groups, [rest]], { seconds: 4.001 });
    expect(points).toHaveLength(4);
    expect(points[3]?.operations['READ']?.ratePerSecond).toBeCloseTo(51 / 1.001, 6);
    expect(operations['READ']?.completed).toBe(201);
  });

  it('tells the parts that were silent, between intervals and after them', () => {
    const some = groups.flatMap(([first, other], second) => {
      const there = [second === 1 ? undefined : first, second < 3 ? other : undefined].filter(
        (one) => one !== undefined,
      );
      return there.length === 0 ? [] : [there];
    });
    const { gaps } = pictureOf(some, { seconds: 4, shards: [shard(0), shard(1, 'lost'), shard(2, 'lost')] });
    expect(gaps).toEqual([
      { fromS: 0, toS: 4, who: 'part 2, executor-2' },
      { fromS: 1, toS: 2, who: 'part 0, executor-0' },
      { fromS: 3, toS: 4, who: 'part 1, executor-1' },
    ]);
  });
});

describe('runPage', () => {
  const second = (at: number, ms = 2) =>
    interval(at, { READ: anOperation(steady(1000, ms), { rt: encoded(steady(1000, ms * 3)) }) });

  it('draws throughput and latencies where the figures are', () => {
    const page = runPage([pictureOf([0, 1, 2].map((at) => [second(at, at + 1)]))], MAKER);
    const [[points = []] = []] = linesOf(page, 'Operations that succeeded');
    expect(points).toHaveLength(3);
    // 1,000 a second is the top of its axis; the line is level.
    expect(new Set(points.map(([, y]) => y))).toEqual(new Set([46]));
    const bands = linesOf(page, 'READ: response time');
    // p50, p95, p99 and max: 1,000 samples do not support 99.9 %.
    expect(bands).toHaveLength(4);
    const heights = bands.map(([line = []]) => line.map(([, y]) => y));
    const [p50 = []] = heights;
    expect(
      p50.every((y, index) => index === 0 || y < (p50[index - 1] ?? 0)),
      String(p50),
    ).toBe(true);
    expect(page).toContain('aria-label="READ: service time"');
    expect(cells(page, 'Percentiles')[1]?.slice(0, 3)).toEqual(['READ', 'response', '6.00']);
  });

  it('breaks its lines where nothing reported and shades the time', () => {
    const page = runPage(
      [
        pictureOf(
          [0, 1, 4, 5].map((at) => [second(at)]),
          { seconds: 6 },
        ),
      ],
      MAKER,
    );
    const [line = []] = linesOf(page, 'Operations that succeeded');
    expect(line.map((stretch) => stretch.length)).toEqual([2, 2]);
    expect(page).toMatch(/<rect class="gap"[^>]*><title>part 0, executor-0 reported nothing<\/title>/);
    expect(cells(page, 'Gaps')[1]).toEqual(['part 0, executor-0', '2.0 s', '2 s']);
  });

  it('shows a tail only where the samples support it', () => {
    const page = runPage([pictureOf([[interval(0, { READ: anOperation(steady(150, 3)) })]])], MAKER);
    expect(cells(page, 'Results').at(-1)?.slice(3)).toEqual(['3.00', '3.00', '-', '-', '-', '3.00', '3.00']);
    expect(cells(page, 'Percentiles')[1]?.slice(6, 9)).toEqual(['3.00', '-', '-']);
  });

  it('says how far the figures can be believed as loudly as whether they were good enough', () => {
    const page = runPage(
      [
        pictureOf([[second(0)]], {
          run: aRun({
            simulated: true,
            verdict: 'passed',
            validity: {
              level: 'invalid',
              reasons: [{ code: 'SATURATED', level: 'invalid', message: 'the lanes were busy all the time' }],
            },
          }),
          summary: aSummary({
            coverage: 0.75,
            thresholds: [
              {
                threshold: { metric: 'p99Ms', operation: 'READ', operator: '<=', value: 5 },
                actual: 2,
                passed: true,
              },
              {
                threshold: { metric: 'report.errorShare', operation: 'total', operator: '<', value: 0.001 },
                actual: 0.0015,
                passed: false,
              },
            ],
          }),
        }),
      ],
      MAKER,
    );
    const box = (name: string, value: string) => expect.stringContaining(`<small>${name}</small><b>${value}</b>`);
    expect(page).toEqual(box('Verdict', 'passed'));
    expect(page).toEqual(box('Validity', 'invalid'));
    expect(page).toEqual(box('Target', 'simulated'));
    expect(page).toContain('<li>invalid: the lanes were busy all the time</li>');
    expect(page).toContain('<dt>Coverage</dt><dd>75 %</dd>');
    expect(cells(page, 'Thresholds')[1]).toEqual(['READ p99Ms &lt;= 5', '2', 'met']);
    expect(cells(page, 'Thresholds')[2]?.slice(1)).toEqual(['0.0015', 'missed']);
    // The stored summary's figures, not those of the one interval.
    expect(cells(page, 'Results')[1]?.slice(0, 3)).toEqual(['WRITE', '5', '10']);
  });

  it('marks what happened, with its label', () => {
    const annotations = [
      { id: 1, atMs: START_MS + 1500, label: 'node <2> stopped', source: 'user:ann' },
      { id: 2, atMs: START_MS - 5000, label: 'before it', source: 'user:ann' },
    ];
    const page = runPage(
      [
        pictureOf(
          [0, 1, 2].map((at) => [second(at)]),
          { annotations },
        ),
      ],
      MAKER,
    );
    const marks = [...page.matchAll(/<line x1="([\d.]+)"[^>]*class="mark"><title>(.*?)<\/title>/g)];
    expect(new Set(marks.map(([, , label]) => label))).toEqual(new Set(['node &lt;2&gt; stopped']));
    // Half of the axis from 64 to 708.
    expect(Number(marks[0]?.[1])).toBeCloseTo(386, 0);
    expect(cells(page, 'What happened').slice(1)).toEqual([
      ['1', '-5.0 s', 'before it', 'user:ann'],
      ['2', '1.5 s', 'node &lt;2&gt; stopped', 'user:ann'],
    ]);
  });

  it('holds no markup of any name', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='a'>`;
    const hostile = pictureOf(
      [[interval(0, { [evil]: anOperation(steady(9, 2), { failed: 1, errors: { [evil]: 1 } }) })]],
      {
        run: aRun({
          name: evil,
          labels: { [evil]: evil },
          shards: [{ ...shard(0), executorId: evil, executorLabels: { [evil]: evil } }],
          statusHistory: [{ atMs: 1, from: null, to: 'queued', actor: evil, reason: evil }],
          problem: { type: evil, title: evil, status: 500, code: 'INTERNAL', detail: evil },
          validity: { level: 'degraded', reasons: [{ code: evil, level: 'degraded', message: evil }] },
        }),
        summary: aSummary({
          operations: {},
          mismatches: [{ key: evil, column: evil, expected: evil, found: evil }],
          mismatchCount: 1,
          targetShards: [
            { node: evil, shard: 1, operations: 1, errors: 0, meanMs: 1, p50Ms: 1, p99Ms: null, maxMs: 1 },
          ],
          findings: [{ code: 'SHARD_SLOW', subject: evil, message: evil }],
          thresholds: [
            { threshold: { metric: evil, operation: evil, operator: '<', value: 1 }, actual: 1, passed: false },
          ],
          regions: {
            [evil]: { executors: 1, operations: { [evil]: summariseOperations([anOperation(steady(9, 2))], 1000) } },
          },
        }),
        annotations: [{ id: 1, atMs: START_MS + 500, label: evil, source: evil }],
        targetSays: evil,
      },
    );
    for (const page of [runPage([hostile], MAKER), runPage([hostile, hostile], MAKER)]) {
      expect(page.includes('&lt;script&gt;')).toBe(true);
      // Values are escaped, so that a tag ends where it seems to: nothing runs, and nothing is asked of any host.
      const tags = [...page.matchAll(/<(\w+)([^>]*)>/g)];
      expect(tags.filter(([, name = '']) => /^(script|img|iframe|object|embed|link|base|form)$/.test(name))).toEqual(
        [],
      );
      const attributes = tags.map(([, , text = '']) => text.replaceAll(/"[^"]*"/g, '""')).join(' ');
      expect(attributes.match(/\b(on\w+|src|srcset|action)\s*=/g)).toBeNull();
      expect(page.match(/@import|url\(|href="(?!report\.json|report\.csv|hdr)[^"]*"/g)).toBeNull();
      expect(page.match(/Content-Security-Policy" content="([^"]*)"/)?.[1]).toBe(
        "default-src 'none'; style-src 'unsafe-inline'",
      );
    }
  });

  it('lays runs over each other from their starts, one line for each', () => {
    const pictures = ['a', 'b', 'c'].map((name, index) =>
      pictureOf(
        Array.from({ length: 3 + index }, (_, at) => [second(at, index + 1)]),
        { run: aRun({ id: name, name }) },
      ),
    );
    const page = runPage(pictures, MAKER);
    const lines = linesOf(page, 'READ: p99, response time');
    expect(lines.map(([line = []]) => line.length)).toEqual([3, 4, 5]);
    const heights = lines.map(([line = []]) => line[0]?.[1] ?? 0);
    expect(heights).toEqual(heights.toSorted((one, other) => other - one));
    expect(linesOf(page, 'READ: latency by percentile')).toHaveLength(6);
    const rows = cells(page, 'Results').filter(([, , clock]) => clock === 'response');
    expect(rows.map(([run, , , , , p50]) => `${run} ${p50}`)).toEqual(['a 3.00', 'b 6.00', 'c 9.00']);
    expect(cells(page, 'Runs')[0]).toEqual(['', 'a', 'b', 'c']);
  });

  it('stays under a megabyte for an hour of four operations', { timeout: 120_000 }, () => {
    const spread = (seed: number) =>
      encoded(Array.from({ length: 60 }, (_, index) => 0.3 + ((index * 7919 + seed) % 101) / 7));
    const kinds = ['READ', 'WRITE', 'SCAN', 'DELETE'].map((name, index): [string, OperationInterval] => [
      name,
      { ...anOperation(steady(60, 1), { failed: 0, dropped: index }), st: spread(index), rt: spread(index + 50) },
    ]);
    const operations = Object.fromEntries(kinds);
    const hour = pictureOf(Array.from({ length: 3600 }, (_, at) => [interval(at, operations)]));
    const page = runPage([hour], MAKER);
    expect(linesOf(page, 'SCAN: response time')[0]?.[0]).toHaveLength(360);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  });
});
