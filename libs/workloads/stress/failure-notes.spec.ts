import { describe, expect, it } from 'vitest';
import type { Mismatch } from '#libs/contract/summary.js';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { describeMismatch, FailureNotes } from './failure-notes.js';
import { OUTCOME_INDEX } from './outcome-index.js';

const NAMES = ['C0', 'C1'];

function noting() {
  const reported: Mismatch[] = [];
  const generator = new RowGenerator({ keySizeBytes: 10, columnNames: NAMES, columnSize: { type: 'fixed', value: 5 } });
  generator.setSeed(1);
  return { reported, generator, notes: new FailureNotes(NAMES, (mismatch) => reported.push(mismatch)) };
}

/** Key and C0 of row 1, as real cassandra-stress writes them. */
const KEY = Buffer.from('0P37709P21').toString('hex');
const C0 = '85182fdfe7';

describe('FailureNotes', () => {
  it('reports key, column, expected and found, and says them in one sentence', () => {
    const { reported, generator, notes } = noting();
    notes.mismatch(3, generator, 0, '85182fdfe6');
    expect(reported).toEqual([]);
    const sentence = notes.failed(3, OUTCOME_INDEX.validation);
    expect(reported).toEqual([{ key: KEY, column: 'C0', expected: C0, found: '85182fdfe6' }]);
    for (const part of [KEY, 'C0', C0, '85182fdfe6']) expect(sentence).toContain(part);
  });

  it('tells a null cell, a missing row and a row of another shape apart', () => {
    const { reported, generator, notes } = noting();
    notes.mismatch(0, generator, 0, null);
    notes.failed(0, OUTCOME_INDEX.validation);
    notes.missingRow(0, generator);
    notes.failed(0, OUTCOME_INDEX.missing);
    notes.otherShape(0, generator, 2, 2);
    notes.failed(0, OUTCOME_INDEX.validation);
    expect(reported).toEqual([
      { key: KEY, column: 'C0', expected: C0, found: null },
      { key: KEY, column: '*', expected: 'a row', found: null },
      { key: KEY, column: '*', expected: '1 row of 2 columns', found: '2 rows of 2 columns' },
    ]);
    expect(reported.map(describeMismatch)[1]).toMatch(/expected a row, found nothing/);
  });

  it('blames nobody for what a retry has made good', () => {
    const { reported, generator, notes } = noting();
    notes.mismatch(0, generator, 0, null);
    notes.error(0, OUTCOME_INDEX.overloaded, 'busy');
    // The retry succeeded; the next operation in the slot fails of something else.
    notes.error(0, OUTCOME_INDEX.clientTimeout, undefined);
    expect(notes.failed(0, OUTCOME_INDEX.clientTimeout)).toBe('clientTimeout');
    expect([reported, notes.mismatchCount]).toEqual([[], 0]);
  });

  it('keeps the slots apart and quotes the server', () => {
    const { notes } = noting();
    notes.error(0, OUTCOME_INDEX.unavailable, 'needs 2 replicas');
    notes.error(1, OUTCOME_INDEX.invalid, 'no such column');
    expect(notes.failed(1, OUTCOME_INDEX.invalid)).toBe('invalid: no such column');
    expect(notes.failed(0, OUTCOME_INDEX.unavailable)).toBe('unavailable: needs 2 replicas');
    expect(notes.failed(0, OUTCOME_INDEX.unavailable)).toBe('unavailable');
  });

  it('counts every mismatch and hands on the first hundred', () => {
    const { reported, generator, notes } = noting();
    for (let slot = 0; slot < 150; slot++) {
      notes.missingRow(slot, generator);
      notes.failed(slot, OUTCOME_INDEX.missing);
    }
    expect([notes.mismatchCount, reported.length]).toEqual([150, 100]);
  });
});
