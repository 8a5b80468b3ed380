import { describe, expect, it } from 'vitest';
import { MOST_ROW_BYTES, SoakRows } from './soak-rows.js';

const UUID_V4 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/;

/** The cells of a row as they go to the server. */
function cellsOf(rows: SoakRows, number: number): Buffer[] {
  const out = Buffer.alloc(MOST_ROW_BYTES);
  const end = rows.write(number, out, 0);
  const cells: Buffer[] = [];
  for (let at = 0; at < end;) {
    const length = out.readInt32BE(at);
    cells.push(Buffer.from(out.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return cells;
}

describe('SoakRows', () => {
  it('makes the original’s rows', () => {
    const rows = new SoakRows(1);
    let longest = 0;
    for (let number = 0; number < 400; number++) {
      const cells = cellsOf(rows, number);
      expect(cells.length).toBe(16);
      const [id, created, updated, fname, lname, json, ...rest] = cells;
      expect(id?.toString('hex')).toMatch(UUID_V4);
      const createdMs = Number(created?.readBigInt64BE());
      expect(Math.abs(createdMs - Date.UTC(2024, 0, 1))).toBeLessThanOrEqual(86_400_000);
      expect(Number(updated?.readBigInt64BE())).toBeGreaterThanOrEqual(createdMs);
      expect(`${String(fname)} ${String(lname)}`).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
      const data = JSON.parse(String(json));
      expect(data).toMatchObject({ version: 1, flags: { active: expect.any(Boolean), beta: expect.any(Boolean) } });
      expect(data.score).toBeLessThanOrEqual(1_000_000);
      expect(data.tags.length).toBeLessThanOrEqual(5);
      for (const cell of rest.slice(0, 5)) expect(Math.abs(cell.readInt32BE())).toBeLessThanOrEqual(10_000);
      for (const cell of rest.slice(5)) expect(String(cell)).toMatch(/^[A-Za-z0-9 ]{0,250}$/);
      longest = Math.max(
        longest,
        cells.reduce((sum, cell) => sum + 4 + cell.length, 0),
      );
    }
    expect(longest).toBeGreaterThan(800);
    expect(longest).toBeLessThanOrEqual(MOST_ROW_BYTES);
  });

  it('follow from number and seed alone, and no two numbers have one key', () => {
    const rowOf = (seed: number, number: number) => Buffer.concat(cellsOf(new SoakRows(seed), number));
    const warm = new SoakRows(7);
    cellsOf(warm, 99);
    expect(Buffer.concat(cellsOf(warm, 2 ** 40 + 5)).equals(rowOf(7, 2 ** 40 + 5))).toBe(true);
    expect(rowOf(8, 5).equals(rowOf(7, 5))).toBe(false);
    const numbers = [...Array(20_000).keys()].flatMap((low) => [low, 2 ** 32 + low, 2 ** 52 + low]);
    const key = Buffer.alloc(16);
    const keys = new Set(numbers.map((number) => (warm.writeKey(number, key, 0), key.toString('latin1'))));
    expect(keys.size).toBe(numbers.length);
    expect(new Set([...keys].map((text) => text.slice(8))).size).toBe(numbers.length);
  });
});
