import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { confidenceOf, edgeOf, talliesOf, type Vote } from './edge.js';
import { type LimitPlan, nextProbe } from './limit-plan.js';
import { nextOf } from './search-state.js';
import type { Probed, StoppedBy } from './search.schema.js';
import { sweepRates } from './sweep-plan.js';

const PLAN: LimitPlan = {
  type: 'limit',
  fromPerSecond: 100,
  toPerSecond: 1_000_000,
  precision: 0.02,
  repeats: 3,
  maxProbes: 200,
};

/** Searches a target whose probes answer as `meets` says. */
function search(plan: LimitPlan, meets: (ratePerSecond: number) => boolean): { votes: Vote[]; stop: StoppedBy } {
  const votes: Vote[] = [];
  for (;;) {
    const next = nextProbe(plan, votes);
    if ('stop' in next) return { votes, stop: next.stop };
    const met = meets(next.probe);
    votes.push({ ratePerSecond: next.probe, met, limitedBy: met ? null : 'thresholds' });
  }
}

const found = (votes: readonly Vote[]) => edgeOf(talliesOf(votes)).low?.ratePerSecond ?? 0;

describe('the search for a limit', () => {
  it('finds any limit within its precision, from below, when probes tell the truth', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const limit = 100 * 9_000 ** random();
      const { votes, stop } = search(PLAN, (rate) => rate <= limit);
      expect(stop).toBe('thresholds');
      expect(found(votes)).toBeLessThanOrEqual(limit);
      expect(found(votes)).toBeGreaterThan(limit * (1 - 1.05 * PLAN.precision));
      const confidence = confidenceOf(talliesOf(votes), PLAN);
      expect(confidence?.fromPerSecond ?? 0).toBeLessThanOrEqual(limit * 1.001);
      expect(confidence?.toPerSecond ?? 0).toBeGreaterThanOrEqual(limit * 0.999);
      expect(votes.length).toBeLessThan(32);
    }
  });

  it('survives probes that are wrong now and then, and says how sure it is', () => {
    const random = seededRandom(11);
    const limit = 7_777;
    const rounds = 300;
    let [near, covered] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const { votes } = search(PLAN, (rate) => (random() < 0.07 ? rate > limit : rate <= limit));
      if (Math.abs(found(votes) / limit - 1) < 0.05) near++;
      const confidence = confidenceOf(talliesOf(votes), PLAN);
      if (confidence && confidence.fromPerSecond <= limit && limit <= confidence.toPerSecond) covered++;
    }
    expect(near / rounds).toBeGreaterThan(0.9);
    expect(covered / rounds).toBeGreaterThan(0.85);
  });

  it('finds the middle of a limit that is none: latencies that scatter around it', () => {
    const random = seededRandom(3);
    const limit = 5_000;
    // The chance to meet the thresholds falls from 1 to 0 within 4 % of the rate.
    const { votes } = search(PLAN, (rate) => random() < 1 / (1 + Math.exp((rate / limit - 1) * 200)));
    expect(Math.abs(found(votes) / limit - 1)).toBeLessThan(0.06);
  });

  it('always ends, however wild the answers are', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 50; round++) {
      const { votes } = search({ ...PLAN, maxProbes: 60 }, () => random() < 0.5);
      expect(votes.length).toBeLessThanOrEqual(60);
    }
  });

  it.each([
    ['upper-bound', (): boolean => true, 1_000_000],
    ['lower-bound', (): boolean => false, 0],
  ] as const)('says when its %s is the limit, confirmed', (stop, meets, highest) => {
    const { votes, stop: why } = search(PLAN, meets);
    expect(why).toBe(stop);
    expect(found(votes)).toBe(highest);
    const last = votes.at(-1)?.ratePerSecond;
    expect(votes.filter(({ ratePerSecond }) => ratePerSecond === last)).toHaveLength(PLAN.repeats);
  });

  it('takes back a miss that repeats do not confirm', () => {
    let first = true;
    const { votes } = search(PLAN, (rate) => {
      // The first probe above 400 is disturbed.
      const isDisturbed = rate > 400 && first;
      if (isDisturbed) first = false;
      return !isDisturbed && rate <= 3_000;
    });
    expect(found(votes)).toBeGreaterThan(2_900);
  });

  it('names what most of the misses at the edge were limited by', () => {
    const votes: Vote[] = [
      { ratePerSecond: 1_000, met: true, limitedBy: null },
      { ratePerSecond: 1_010, met: false, limitedBy: 'generator' },
      { ratePerSecond: 1_010, met: false, limitedBy: 'target' },
      { ratePerSecond: 1_010, met: false, limitedBy: 'generator' },
      { ratePerSecond: 1_000, met: true, limitedBy: null },
      { ratePerSecond: 1_000, met: true, limitedBy: null },
    ];
    expect(nextProbe(PLAN, votes)).toEqual({ stop: 'generator' });
  });
});

const probe = (ratePerSecond: number, outcome: Probed['outcome']): Probed => ({
  probe: 'probe',
  runId: 'run',
  reused: false,
  ratePerSecond,
  outcome,
  limitedBy: outcome === 'missed' ? 'target' : null,
  reason: null,
  achievedPerSecond: null,
  meanMs: null,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  p999Ms: null,
  maxMs: null,
  failed: null,
  dropped: null,
  startedAtMs: null,
  endedAtMs: null,
});

describe('probes that cannot be believed', () => {
  const spec = {
    probe: { kind: 'stress' as const, spec: {} },
    plan: PLAN,
    probeMs: 1,
    warmUpMs: 0,
    pauseMs: 0,
    maxInvalid: 2,
    reuse: {},
  };

  it('are made again, and end the search when they stay so', () => {
    expect(nextOf(spec, [probe(100, 'invalid')])).toEqual({ probe: 100 });
    expect(nextOf(spec, [probe(100, 'invalid'), probe(100, 'met')])).toEqual({ probe: 200 });
    expect(nextOf(spec, [probe(100, 'met'), probe(200, 'invalid'), probe(200, 'invalid')])).toEqual({
      stop: 'invalid',
    });
    expect(nextOf(spec, [probe(100, 'failed')])).toEqual({ stop: 'failed' });
  });

  it('in a sweep they are left after so many tries, and the next rate is probed', () => {
    const sweep = { ...spec, plan: { type: 'sweep' as const, ratesPerSecond: [10, 20], stopAtMissed: false } };
    expect(nextOf(sweep, [])).toEqual({ probe: 10 });
    expect(nextOf(sweep, [probe(10, 'invalid')])).toEqual({ probe: 10 });
    expect(nextOf(sweep, [probe(10, 'invalid'), probe(10, 'invalid')])).toEqual({ probe: 20 });
    expect(nextOf(sweep, [probe(10, 'invalid'), probe(10, 'invalid'), probe(20, 'missed')])).toEqual({ stop: 'all' });
    const stopping = { ...sweep, plan: { ...sweep.plan, stopAtMissed: true } };
    expect(nextOf(stopping, [probe(10, 'missed')])).toEqual({ stop: 'target' });
  });
});

it('the rates of a range hold both ends', () => {
  const range = { from: 100, to: 10_000, count: 3 };
  const sweep = (scale: 'linear' | 'logarithmic') =>
    sweepRates({ type: 'sweep', ratesPerSecond: { ...range, scale }, stopAtMissed: false });
  expect(sweep('linear')).toEqual([100, 5_050, 10_000]);
  expect(sweep('logarithmic')).toEqual([100, 1_000, 10_000]);
});
