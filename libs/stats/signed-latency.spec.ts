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
