import { beforeAll, describe, expect, it } from 'vitest';
import type { OperationInterval } from '#libs/contract/interval.js';
import { seededRandom } from '#libs/load/random.js';
import { aRun, aSummary } from '../../../test/sample-run.js';
import { loadHistograms } from '../histogram.js';
import { anInterval, anOperation, encoded } from '../sample-interval.js';
import { comparability } from './comparability.js';
import { compareSamples, outcomeOf } from './compare-runs.js';
import { RunSamples, type Sample } from './run-samples.js';

/** A run of some seconds whose latencies are exponential around a mean, drawn from the seed. */
function aRunOf(
  meanMs: number,
  seed: number,
  {
    seconds = 30,
    perSecond = 300,
    fields = {},
  }: { seconds?: number; perSecond?: number; fields?: Partial<OperationInterval> } = {},
): Sample[] {
  const draw = seededRandom(seed);
  const samples = new RunSamples(seconds * 1000);
  for (let second = 0; second < seconds; second++) {
    // A target that is now slower, now faster: neighbours hang together.
    const mood = 1 + 0.1 * Math.sin(second / 4);
    const latencies = Array.from({ length: perSecond }, () => 0.1 - meanMs * mood * Math.log(1 - draw()));
    samples.add([anInterval(second, { operations: { READ: anOperation(latencies, fields) } })]);
  }
  return samples.samples();
}

const metric = async (name: string, baseline: Sample[], candidate: Sample[], tolerance = 2) => {
  const found = (await compareSamples(baseline, candidate, tolerance)).find((one) => one.metric === name);
  if (found === undefined) throw new Error(`no metric ${name}`);
  return found;
};

describe('compareSamples', () => {
  let before: Sample[];
  let after: Sample[];
  beforeAll(async () => {
    await loadHistograms();
    [before, after] = [aRunOf(5, 1), aRunOf(6, 2)];
  });

  it('finds a slower run, how much slower, and how sure that is', async () => {
    const p99 = await metric('p99Ms', before, after);
    // An exponential's 99 % is 4.6 means: 23 and 27.6 ms, with the target's moods a little more.
    expect(p99.baseline).toBeCloseTo(23.5, -1);
    expect(p99.differencePercent).toBeGreaterThan(10);
    expect(p99.differencePercent).toBeLessThan(30);
    // A second has too few for its own 99 %: there are no ranks, and the interval decides.
    expect(p99).toMatchObject({ change: 'worse', better: 'lower', clock: 'serviceTime', test: null, effect: null });
    const p50 = await metric('p50Ms', before, after);
    expect(p50.differencePercent).toBeGreaterThan(14);
    expect(p50.differencePercent).toBeLessThan(26);
    expect(p50).toMatchObject({ change: 'worse', effect: { size: 'large' }, samples: { baseline: 30, candidate: 30 } });
    expect(p50.test?.pAdjusted).toBeLessThan(0.001);
    expect(p50.confidenceInterval?.from).toBeGreaterThan(0);
    expect(p50.confidenceInterval?.from).toBeLessThan(p50.difference ?? 0);
    expect(p50.confidenceInterval?.to).toBeGreaterThan(p50.difference ?? 0);
    expect(outcomeOf(await compareSamples(before, after, 2))).toBe('worse');
    expect(outcomeOf(await compareSamples(after, before, 2))).toBe('better');
  });

  it('finds nothing between runs that differ by chance only, in nearly all of many pairs', async () => {
    const runs = [1, 2, 3, 4, 5].map((seed) => aRunOf(5, seed, { perSecond: 100 }));
    const outcomes: string[] = [];
    for (const [index, one] of runs.entries())
      for (const other of runs.slice(index + 1)) outcomes.push(outcomeOf(await compareSamples(one, other, 0)));
    expect(outcomes.filter((outcome) => outcome === 'same').length, String(outcomes)).toBeGreaterThanOrEqual(8);
  });

  it('calls a certain but small difference none', async () => {
    const tolerated = await metric('p50Ms', before, after, 50);
    expect(tolerated).toMatchObject({ change: 'none', note: 'a difference that is no chance, but below 50 %' });
  });

  it('has percentiles of the whole run, not means of those of its seconds', async () => {
    const samples = new RunSamples(10_000);
    for (let second = 0; second < 10; second++) {
      const operations = {
        READ: second === 0 ? anOperation(Array(1000).fill(100)) : anOperation(Array(1000).fill(1)),
      };
      samples.add([anInterval(second, { operations })]);
    }
    const whole = samples.samples();
    // 10 % took 100 ms: the 95 % of the run is 100 ms, while nine of ten seconds have 1.
    expect((await metric('p95Ms', whole, whole)).baseline).toBeCloseTo(100, 0);
    expect(await metric('p50Ms', whole, whole)).toMatchObject({ difference: 0, change: 'none', effect: { delta: 0 } });
  });

  it('says what it cannot know, and leaves out what neither run has', async () => {
    const short = aRunOf(5, 1, { seconds: 3 });
    const told = await metric('p50Ms', short, short);
    expect(told).toMatchObject({ change: 'unknown', confidenceInterval: null, test: null });
    expect(told.note).toContain('at least 5');
    expect((await compareSamples(short, short, 2)).map(({ metric: name }) => name)).not.toContain('errorRatio');
    const failing = aRunOf(5, 1, { fields: { failed: 30, completed: 330, errors: { overloaded: 30 } } });
    expect(await metric('errorRatio', before, failing)).toMatchObject({ change: 'worse', baseline: 0 });
    expect((await metric('errorRatio', before, failing)).candidate).toBeCloseTo(30 / 330, 6);
  });

  it('compares response time where both runs have it', async () => {
    const open = aRunOf(5, 1, { fields: { rt: encoded(Array(300).fill(40)) } });
    expect(await metric('p50Ms', open, open)).toMatchObject({ clock: 'responseTime', baseline: expect.closeTo(40, 0) });
    expect(await metric('p50Ms', open, before)).toMatchObject({ clock: 'serviceTime' });
  });
});

describe('comparability', () => {
  const aPair = { run: aRun({ id: 'a' }), summary: aSummary() };
  const codes = (fields: Parameters<typeof aRun>[0], summary = aSummary()) =>
    comparability(aPair, { run: aRun(fields), summary }).map(({ level, code }) => `${level} ${code}`);

  it('finds nothing between a run and its repetition', () => {
    expect(codes({ id: 'b', rerunOf: 'a', name: 'again' })).toEqual([]);
  });

  it.each<[string, Parameters<typeof aRun>[0], string[]]>([
    ['another kind', { kind: 'query' }, ['incomparable KIND']],
    ['a simulated target', { simulated: true }, ['incomparable SIMULATED']],
    [
      'an invalid candidate',
      { validity: { level: 'invalid', reasons: [{ code: 'X', level: 'invalid', message: 'busy' }] } },
      ['incomparable INVALID'],
    ],
    [
      'a degraded candidate',
      { validity: { level: 'degraded', reasons: [{ code: 'X', level: 'degraded', message: 'late' }] } },
      ['warning DEGRADED'],
    ],
    ['a cancelled candidate', { status: 'cancelled' }, ['warning NOT_COMPLETED']],
    ['more executors', { placement: { executors: 2, labels: {} } }, ['warning PLACEMENT']],
  ])('tells %s', (_name, fields, expected) => expect(codes(fields)).toEqual(expected));

  it('names what differs of specification and target, with both values', () => {
    const { spec } = aPair.run;
    const changed = {
      run: aRun({ spec: { ...spec, lanes: 4 } as typeof spec }),
      summary: aSummary({ durationMs: 9000, coverage: 0.5 }),
    };
    const problems = comparability(aPair, changed);
    expect(problems.map(({ code }) => code)).toEqual(['COVERAGE', 'SPEC', 'DURATION']);
    expect(problems[1]?.message).toContain('lanes: 1 and 4');
  });
});
