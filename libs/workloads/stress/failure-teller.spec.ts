import { describe, expect, it } from 'vitest';
import { FailureTeller } from './failure-teller.js';
import type { StressPlanSpec } from './stress.schema.js';

function told(level: StressPlanSpec['log']['level'], ignore: boolean, mismatch: boolean, failures: number): string[] {
  const lines: string[] = [];
  const teller = new FailureTeller({
    spec: {
      errors: { retries: 1, retryOverloaded: false, ignore, skipReadValidation: false },
      log: { intervalMs: 1000, settings: true, summary: true, level },
    },
    keyOf: (seed) => `0${seed}`,
    say: (line) => lines.push(line),
  });
  for (let seed = 0; seed < failures; seed++) teller.tell({ seed, retries: 1, mismatch, text: 'unavailable: too few' });
  return lines;
}

describe('FailureTeller', () => {
  it('tells of each failed operation in the words of cassandra-stress', () => {
    expect(told('verbose', true, false, 1)).toEqual([
      'Operation x2 on key(s) [00]: Error executing: unavailable: too few',
    ]);
    expect(told('verbose', true, true, 1)).toEqual(['Operation x2 on key(s) [00]: unavailable: too few']);
  });

  it('says the statement in front where that is asked for', () => {
    const lines: string[] = [];
    const teller = new FailureTeller({
      spec: {
        errors: { retries: 1, retryOverloaded: false, ignore: true, skipReadValidation: false },
        log: { intervalMs: 1000, settings: true, summary: true, statements: true },
      },
      keyOf: (seed) => `0${seed}`,
      say: (line) => lines.push(line),
    });
    const [text, statement] = ['unavailable: too few', 'SELECT 1'];
    teller.tell({ seed: 0, retries: 1, mismatch: false, text, statement });
    expect(lines).toEqual(['Operation x2 on key(s) [00]: Error executing: SELECT 1: unavailable: too few']);
  });

  it.each([
    ['minimal', true, false, 0],
    // The eleventh line says that there are more.
    [undefined, true, false, 11],
    ['normal', true, false, 11],
    // Mismatches are in a list of their own; what ends the run is its failure.
    ['normal', true, true, 0],
    ['normal', false, false, 0],
    ['verbose', true, false, 30],
    ['verbose', false, true, 30],
  ] as const)(
    'with level %s, ignore %s, mismatch %s says %i lines of 30 failures',
    (level, ignore, mismatch, lines) => {
      expect(told(level, ignore, mismatch, 30)).toHaveLength(lines);
    },
  );
});
