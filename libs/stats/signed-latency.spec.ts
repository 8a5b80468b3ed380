import { expect, it } from 'vitest';
import { SignedLatency } from './signed-latency.js';

it('differences of both signs have figures of both signs', () => {
  const latency = new SignedLatency();
  expect(latency.figures()).toMatchObject({ count: 0, p50Ms: null });
  for (let ms = -20; ms < 80; ms++) latency.record(ms);
  const { count, minMs, p50Ms, p95Ms, maxMs, meanMs } = latency.figures();
  expect([count, latency.negative, minMs, maxMs, meanMs]).toEqual([100, 20, -20, 79, 29.5]);
  expect(latency.percentileMs(10)).toBeCloseTo(-11, 0);
  expect(p50Ms).toBeCloseTo(29, 0);
  expect(p95Ms).toBeCloseTo(74, 0);
  latency.destroy();
});

it('parts that are merged have the figures of one that everything was recorded into', () => {
  const [one, other, all] = [new SignedLatency(), new SignedLatency(), new SignedLatency()];
  for (let ms = -20; ms < 980; ms++) {
    all.record(ms);
    (ms % 10 === 0 ? one : other).record(ms);
  }
  const merged = SignedLatency.merged([one.part(), other.part(), new SignedLatency().part()]);
  expect(merged.figures()).toEqual({ ...all.figures(), meanMs: expect.closeTo(479.5, 9) });
  expect([merged.count, merged.negative]).toEqual([1000, 20]);
  expect(SignedLatency.merged([]).figures()).toEqual(new SignedLatency().figures());
});
