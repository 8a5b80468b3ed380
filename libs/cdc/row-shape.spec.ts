import { describe, expect, it } from 'vitest';
import { CdcTable } from '#libs/workloads/cdc/cdc.schema.js';
import { RowKeys } from './row-key.js';
import { DELETE, INSERT, RowShape, UPDATE } from './row-shape.js';
import { VALUE_TYPES } from './row-value.js';
import { sampler } from './sample.js';

const EVERY_TYPE = Object.keys(VALUE_TYPES).map((type) => ({ name: `c_${type}`, type }));
const table = CdcTable.parse({
  columns: [{ name: 'kept', type: 'text', updated: false, sizeBytes: 11 }, ...EVERY_TYPE],
});
const shape = new RowShape(table, 42);

/** What a statement's cells hold, as PostgreSQL would be given them. */
function written(operation: number, key: number, seq: number): string[] {
  const lengths = shape.lengths(operation);
  const offsets = new Int32Array(lengths.length);
  let size = 0;
  for (const [index, length] of lengths.entries()) {
    offsets[index] = size;
    size += length;
  }
  const out = Buffer.alloc(size);
  shape.writeCells(out, 0, offsets, operation, key, seq);
  const columns = operation === UPDATE ? shape.updated : shape.columns;
  return columns.map(({ type }, index) => {
    const at = offsets[index + 2] ?? 0;
    return type.sinkText(out.subarray(at, at + (lengths[index + 2] ?? 0)));
  });
}

/** Timestamps go out as ISO and are compared as milliseconds. */
const comparable = (text: string): string => (/^\d{4}-\d\d-\d\dT/.test(text) ? String(Date.parse(text)) : text);

describe('the content of a row', () => {
  it('is what it is expected to be, for every type, also of large keys', () => {
    for (const [key, seq] of [
      [0, 1],
      [123_456, 99],
      [2 ** 40 + 5, 2 ** 34 + 1],
    ] as const) {
      const expected = shape.columns.map((_, index) => shape.expected(index, key, seq));
      expect(written(INSERT, key, seq).map(comparable)).toEqual(expected);
      expect(written(UPDATE, key, seq).map(comparable)).toEqual(expected.slice(1));
    }
  });

  it('differs from change to change, but for columns that no update touches', () => {
    const [first, second] = [1, 2].map((seq) => shape.columns.map((_, index) => shape.expected(index, 3, seq)));
    expect(first?.[0]).toBe(second?.[0]);
    expect(first?.[0]).toHaveLength(11);
    expect(first?.[1]).not.toBe(second?.[1]);
  });

  it('is read back as it is compared, however PostgreSQL writes it', () => {
    expect(VALUE_TYPES.double.read('1.50')).toBe('1.5');
    expect(VALUE_TYPES.map.read('{"k1": "00ff00ff"}')).toBe('{"k1":"00ff00ff"}');
  });
});

describe('the statements of a row', () => {
  it('name key, seq and write time', () => {
    const users = new RowShape(CdcTable.parse({ columns: [{ name: 'email', type: 'text' }] }), 1);
    expect(users.statement(INSERT)).toBe(
      'INSERT INTO "warehouse"."users" ("id", "seq", "email") VALUES (?, ?, ?) USING TIMESTAMP ?',
    );
    expect(users.statement(UPDATE)).toBe(
      'UPDATE "warehouse"."users" USING TIMESTAMP ? SET "seq" = ?, "email" = ? WHERE "id" = ?',
    );
    expect(users.statement(DELETE)).toBe('DELETE FROM "warehouse"."users" USING TIMESTAMP ? WHERE "id" = ?');
    expect([INSERT, UPDATE, DELETE].map((operation) => [users.keyAt(operation), users.timestampAt(operation)])).toEqual(
      [
        [0, 3],
        [3, 0],
        [1, 0],
      ],
    );
  });
});

describe('the keys of a run', () => {
  it('are version 4 uuids of which it knows its own', () => {
    const [mine, other] = [new RowKeys('one'), new RowKeys('two')];
    const text = mine.text(2 ** 41 + 3);
    expect(text).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([mine.indexOf(text), other.indexOf(text), mine.indexOf('nonsense')]).toEqual([2 ** 41 + 3, -1, -1]);
    const bytes = Buffer.alloc(20);
    mine.write(bytes, 2, 2 ** 41 + 3);
    expect(VALUE_TYPES.uuid.sinkText(bytes.subarray(2, 18))).toBe(text);
  });

  it('are sampled by their share, seeded', () => {
    const isSampled = sampler(3, 0.1);
    const count = Array.from({ length: 20_000 }, (_, key) => isSampled(key)).filter(Boolean).length;
    expect(count).toBeGreaterThan(1_800);
    expect(count).toBeLessThan(2_200);
    expect(sampler(3, 0.1)(77)).toBe(isSampled(77));
    expect([sampler(3, 1)(5), sampler(3, 0)(5)]).toEqual([true, false]);
  });
});
