import { describe, expect, it } from 'vitest';
import { Duration, Instant } from './instant.js';

describe('an instant', () => {
  it.each([
    ['1763683200000', 1_763_683_200_000],
    ['2025-11-21T00:00:00Z', 1_763_683_200_000],
    ['2025-11-21T01:00:00.500+01:00', 1_763_683_200_500],
    ['2025-11-21', 1_763_683_200_000],
  ])('%s is %i ms', (text, epochMs) => {
    expect(Instant.parse(text)).toBe(epochMs);
  });

  it.each(['', 'now', '2025-13-01T00:00:00Z', '21.11.2025', '-5'])('%j is refused', (text) => {
    expect(Instant.safeParse(text).success).toBe(false);
  });
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['250', 250],
  ])('%s is %i ms', (text, durationMs) => {
    expect(Duration.parse(text)).toBe(durationMs);
  });

  it.each(['', '0s', '-1s', '1.5s', '1d', 's'])('%j is refused', (text) => {
    expect(Duration.safeParse(text).success).toBe(false);
  });
});
