import { describe, expect, it } from 'vitest';
import { ROWS_FLAG } from '#libs/cql/protocol.js';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { RowCheck, sliceOrder } from './row-check.js';

const NAMES = ['C0', 'C1', 'C2'];
const SEED = 42;
const SIZE = 34;

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const short = (value: number): Buffer => int(value).subarray(2);
const string = (text: string): Buffer => Buffer.concat([short(text.length), Buffer.from(text)]);
const cell = (value: Buffer | null): Buffer => (value === null ? int(-1) : Buffer.concat([int(value.length), value]));

const generator = new RowGenerator({
  keySizeBytes: 10,
  columnNames: NAMES,
  columnSize: { type: 'fixed', value: SIZE },
});
const right = (): Buffer[] => {
  generator.setSeed(SEED);
  return NAMES.map((_, column) => generator.expected(column));
};

interface Body {
  flags?: number;
  columns?: number;
  /** What the flags announce before the row count. */
  head?: Buffer;
  rows?: number;
}

/** Checks a RESULT Rows body that lies in the middle of a larger buffer, as it does in a socket's chunk. */
function check(cells: readonly (Buffer | null)[], body: Body = {}) {
  const { flags = ROWS_FLAG.NO_METADATA, columns = NAMES.length, head = Buffer.alloc(0), rows = 1 } = body;
  const bytes = Buffer.concat([int(flags), int(columns), head, int(rows), ...cells.map(cell)]);
  const before = Buffer.alloc(13, 0xee);
  const buffer = Buffer.concat([before, bytes, Buffer.alloc(64, 0xee)]);
  generator.setSeed(SEED);
  const checked = new RowCheck(generator, NAMES.length);
  const outcome = checked.check(buffer, before.length, before.length + bytes.length);
  const { column, at, length } = checked;
  return { outcome, column, length, found: buffer.toString('hex', at, at + Math.max(0, length)) };
}

describe('RowCheck', () => {
  it('accepts the row as it was generated', () => {
    expect(check(right()).outcome).toBe(OUTCOME_INDEX.ok);
  });

  it.each([
    ['with a page state', ROWS_FLAG.NO_METADATA | ROWS_FLAG.HAS_MORE_PAGES, cell(Buffer.from('state'))],
    [
      'with the specifications of one table',
      ROWS_FLAG.GLOBAL_TABLES_SPEC,
      Buffer.concat([string('ks'), string('t'), ...NAMES.flatMap((name) => [string(name), short(3)])]),
    ],
    [
      'with a table for each column',
      0,
      Buffer.concat(NAMES.flatMap((name) => [string('ks'), string('t'), string(name), short(3)])),
    ],
  ])('finds the row behind metadata that was not asked for: %s', (_, flags, head) => {
    expect(check(right(), { flags, head }).outcome).toBe(OUTCOME_INDEX.ok);
    const wrong = right().with(2, Buffer.alloc(SIZE));
    expect(check(wrong, { flags, head })).toMatchObject({ outcome: OUTCOME_INDEX.validation, column: 2 });
  });

  it('tells a missing row from a wrong one', () => {
    expect(check([], { rows: 0 })).toMatchObject({ outcome: OUTCOME_INDEX.missing, length: -2 });
  });

  it.each([0, 1, 2])('tells that column %i is null', (column) => {
    const cells = right().map((value, index) => (index === column ? null : value));
    expect(check(cells)).toMatchObject({ outcome: OUTCOME_INDEX.validation, column, length: -1 });
  });

  it.each([0, 1, 2])('tells that one bit of column %i is wrong, and what was found', (column) => {
    const cells = right();
    const changed = Buffer.from(cells[column] ?? '');
    changed.writeUInt8(changed.readUInt8(SIZE - 1) ^ 1, SIZE - 1);
    expect(check(cells.with(column, changed))).toEqual({
      outcome: OUTCOME_INDEX.validation,
      column,
      length: SIZE,
      found: changed.toString('hex'),
    });
  });

  it('refuses a value that is too short, too long or empty', () => {
    const [c0 = Buffer.alloc(0), ...rest] = right();
    for (const value of [c0.subarray(1), Buffer.concat([c0, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      expect(check([value, ...rest])).toMatchObject({
        outcome: OUTCOME_INDEX.validation,
        column: 0,
        found: value.toString('hex'),
      });
    }
  });

  it('never reads beyond its body, whatever a cell claims to be long', () => {
    const cut = check([right()[0] ?? null], { columns: 3 });
    expect(cut.outcome).toBe(OUTCOME_INDEX.validation);
    expect(cut.found).not.toContain('eeee');
  });

  it('refuses a second row and other columns than were asked for, and says so', () => {
    expect(check([...right(), ...right()], { rows: 2 })).toMatchObject({
      outcome: OUTCOME_INDEX.validation,
      length: -3,
    });
    expect(check([...right(), Buffer.alloc(1)], { columns: 4 })).toMatchObject({
      outcome: OUTCOME_INDEX.validation,
      length: -3,
    });
  });

  it('finds the cells of SELECT * behind the key and in the order of their names', () => {
    const names = Array.from({ length: 11 }, (_, index) => `C${index}`);
    const wide = new RowGenerator({ keySizeBytes: 10, columnNames: names, columnSize: { type: 'fixed', value: 5 } });
    const order = sliceOrder(names);
    expect([...order]).toEqual([-1, 0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9]);
    wide.setSeed(SEED);
    const cells = [...order].map((column) => (column < 0 ? Buffer.from(wide.key) : wide.expected(column)));
    const answered = (row: readonly Buffer[]) => {
      const bytes = Buffer.concat([int(ROWS_FLAG.NO_METADATA), int(row.length), int(1), ...row.map(cell)]);
      wide.setSeed(SEED);
      const checked = new RowCheck(wide, names.length, names.length, order);
      return { outcome: checked.check(bytes, 0, bytes.length), column: checked.column };
    };
    expect(answered(cells).outcome).toBe(OUTCOME_INDEX.ok);
    const other = Buffer.from(wide.key).fill(0x30);
    expect(answered(cells.with(0, other)).outcome).toBe(OUTCOME_INDEX.validation);
    expect(answered(cells.with(3, Buffer.alloc(5)))).toEqual({ outcome: OUTCOME_INDEX.validation, column: 10 });
    expect(answered(cells.slice(1)).outcome).toBe(OUTCOME_INDEX.validation);
  });
});
