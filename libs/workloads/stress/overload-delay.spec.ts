import { describe, expect, it } from 'vitest';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { retryableOutcomes, retryDelay } from './overload-delay.js';

const errorsOf = (words: string) => parseStressCommand(`write n=1 -errors retries=5 ${words}`).spec.errors;
/** Milliseconds before each of the five tries after an overloaded answer. */
const waits = (words: string, random: number) => {
  const delay = retryDelay(errorsOf(words), () => random);
  return [0, 1, 2, 3, 4].map((tries) => (delay?.(OUTCOME_INDEX.overloaded, tries) ?? NaN) / 1e6);
};

describe('-errors delay-policy', () => {
  it('is off by default: what asks for less is not tried again', () => {
    expect(retryDelay(errorsOf(''), () => 0.5)).toBeUndefined();
    expect(retryableOutcomes(errorsOf(''))[OUTCOME_INDEX.overloaded]).toBe(0);
    expect(retryableOutcomes(errorsOf(''))[OUTCOME_INDEX.rateLimited]).toBe(0);
    expect(retryableOutcomes(errorsOf(''))[OUTCOME_INDEX.clientTimeout]).toBe(1);
    expect(retryableOutcomes(errorsOf('min-delay-ms=5'))[OUTCOME_INDEX.overloaded]).toBe(1);
  });

  it('waits the same, more by equal steps, or twice as long each time', () => {
    expect(waits('min-delay-ms=10 max-delay-ms=90', 0.5)).toEqual([10, 10, 10, 10, 10]);
    expect(waits('delay-policy=linear min-delay-ms=10 max-delay-ms=90', 0.5)).toEqual([10, 30, 50, 70, 90]);
    expect(waits('delay-policy=exponential min-delay-ms=10 max-delay-ms=90', 0.5)).toEqual([10, 20, 40, 80, 90]);
  });

  it('differs by a quarter, and stays within the bounds', () => {
    const words = 'delay-policy=exponential min-delay-ms=10 max-delay-ms=90';
    expect(waits(words, 0)).toEqual([10, 15, 30, 60, 67.5]);
    expect(waits(words, 1)).toEqual([12.5, 25, 50, 90, 90]);
  });

  it('holds back nothing after other failures', () => {
    const delay = retryDelay(errorsOf('min-delay-ms=10'), () => 0.5);
    expect(delay?.(OUTCOME_INDEX.clientTimeout, 0)).toBe(0);
  });
});
