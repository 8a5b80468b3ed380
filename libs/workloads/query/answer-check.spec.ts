import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import { AnswerCheck } from './answer-check.js';
import type { QueryRow } from './row-maker.js';

const TEXT = { id: CQL_TYPE.VARCHAR, of: [] };
const answered = ['sort_key', 'content'].map((name) => ({ name, type: TEXT }));

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** A RESULT Rows body without metadata, from after the result kind. */
const body = (rows: readonly (readonly (string | null)[])[]): Buffer =>
  Buffer.concat([
    int(4),
    int(2),
    int(rows.length),
    ...rows.flat().flatMap((cell) => (cell === null ? [int(-1)] : [int(cell.length), Buffer.from(cell)])),
  ]);

const row = (expected?: (string | undefined)[]): QueryRow => ({
  key: 'k',
  values: Buffer.alloc(0),
  route: Buffer.alloc(0),
  expected: expected?.map((text) => (text === undefined ? undefined : Buffer.from(text))),
});

const check = (rows: readonly (readonly (string | null)[])[], expected?: (string | undefined)[], found = true) => {
  const bytes = body(rows);
  const answer = new AnswerCheck({ answered }, found).check(row(expected), bytes, 0, bytes.length);
  return { ...answer, outcome: OUTCOMES[answer.outcome] };
};

describe('the check of an answer', () => {
  it('misses a row that is not there, unless that is all the same', () => {
    const mismatch = { column: '*', expected: 'a row', found: null };
    expect(check([])).toEqual({ outcome: 'missing', rows: 0, mismatch });
    expect(check([], undefined, false)).toEqual({ outcome: 'ok', rows: 0 });
  });

  it('takes any row when nothing is compared, and the right one when something is', () => {
    expect(check([['a', 'b']])).toEqual({ outcome: 'ok', rows: 1 });
    expect(check([['a', 'b']], ['a', 'b'])).toEqual({ outcome: 'ok', rows: 1 });
    expect(check([['a', 'b']], [undefined, 'b'])).toEqual({ outcome: 'ok', rows: 1 });
  });

  it('names the column that differs, and both values', () => {
    expect(check([['a', 'c']], ['a', 'b'])).toMatchObject({
      outcome: 'validation',
      mismatch: { column: 'content', expected: '62', found: '63' },
    });
    expect(check([['a', null]], ['a', 'b'])).toMatchObject({ mismatch: { expected: '62', found: null } });
  });

  it('shows long values from where they begin to differ', () => {
    const long = 'x'.repeat(1000);
    const spoiled = `${long.slice(0, 700)}y${long.slice(701)}`;
    expect(check([['a', spoiled]], ['a', long])).toMatchObject({
      mismatch: {
        expected: `${'78'.repeat(32)} (from byte 700 of 1000)`,
        found: `79${'78'.repeat(31)} (from byte 700 of 1000)`,
      },
    });
  });

  it('takes nothing in the CSV for null or nothing, and more than one row for none of them', () => {
    expect(check([['a', null]], ['a', ''])).toMatchObject({ outcome: 'ok' });
    expect(check([['a', '']], ['a', ''])).toMatchObject({ outcome: 'ok' });
    const two = [
      ['a', 'b'],
      ['a', 'b'],
    ];
    expect(check(two, ['a', 'b'])).toMatchObject({ outcome: 'validation', rows: 2, mismatch: { expected: '1 row' } });
  });
});
