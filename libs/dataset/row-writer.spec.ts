import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { csvLine } from './csv-text.js';
import { headerLine, RowWriter } from './row-writer.js';

const specOf = (change: Record<string, unknown> = {}) =>
  GenerateSpec.parse({ dataset: 'd', files: 1, rowsPerFile: 1, ...change });

/** The lines of some rows, in the order asked for. */
function linesOf(rows: readonly number[], change: Record<string, unknown> = {}): string[] {
  const writer = new RowWriter(specOf(change));
  const block = writer.block(5);
  return rows.map((row) => block.bytes.toString('latin1', 5, writer.write(row, block, 5)));
}

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('RowWriter', () => {
  it('makes a row of seed and row number alone, whatever was made before', () => {
    const rows = [0, 1, 2, 49_999, 50_000, 2 ** 33 + 7];
    const inOrder = linesOf(rows);
    const backwards = linesOf(rows.toReversed()).toReversed();
    expect(backwards).toEqual(inOrder);
    expect(new Set(inOrder).size).toBe(rows.length);
    expect(linesOf(rows, { seed: 2 })).not.toEqual(inOrder);
  });

  it('never changes what a seed means: existing datasets can be extended and checked', () => {
    const sizes = { type: 'uniform', minBytes: 60, maxBytes: 80 };
    expect(linesOf([0, 1, 1_000_000], { sizes, seed: 7 }).map((line) => line.trimEnd())).toMatchInlineSnapshot(`
      [
        "f178951a-3816-4df9-b63a-893278c11ed2,NH_0cOow47ShxhB74sc7apmh8xHjsa",
        "95a9d440-5cc3-42df-afc4-7545cc8b5cbc,3cPyW4sKzeg0iI9lIxP8-rcI2",
        "28dc41b9-d240-490d-9275-8a42478f0781,e_GTvmdFDFWmHvBm1DLlJhcwrJTh_1FMUI0",
      ]
    `);
  });

  it('has unique version-4 UUIDs as keys, of which every other bit varies', () => {
    const keys = linesOf(
      Array.from({ length: 20_000 }, (_, row) => row),
      { sizes: { type: 'fixed', bytes: 40 } },
    ).map((line) => line.slice(0, 36));
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(UUID_V4);
    const bits = new Float64Array(128);
    for (const key of keys) {
      const hex = key.replaceAll('-', '');
      for (let bit = 0; bit < 128; bit++)
        if ((Number.parseInt(hex[bit >>> 2] ?? '0', 16) >>> (3 - (bit & 3))) & 1) bits[bit] = (bits[bit] ?? 0) + 1;
    }
    const free = [...bits].filter((_, bit) => !(bit >= 48 && bit < 52) && bit !== 64 && bit !== 65);
    // Six standard deviations of a fair coin.
    for (const count of free) expect(Math.abs(count / keys.length - 0.5)).toBeLessThan(0.022);
  });

  it('counts keys up from 1 when they are incremental, beyond 32 bits too', () => {
    const key = { type: 'incremental' };
    expect(linesOf([0, 255, 2 ** 32 - 1, 2 ** 40], { key }).map((line) => line.slice(0, 36))).toEqual([
      '00000000-0000-0000-0000-000000000001',
      '00000000-0000-0000-0000-000000000100',
      '00000000-0000-0000-0000-000100000000',
      '00000000-0000-0000-0000-010000000001',
    ]);
  });

  it('gives the same sizes and payloads with either kind of key', () => {
    const rows = [0, 1, 2, 3];
    const payloads = (lines: string[]) => lines.map((line) => line.slice(36));
    expect(payloads(linesOf(rows, { key: { type: 'incremental' } }))).toEqual(payloads(linesOf(rows)));
  });

  it('splits the payload over its columns; the values add up to the size', () => {
    const payload = { columns: ['a', 'b', 'c'] };
    const [line = ''] = linesOf([5], { payload, sizes: { type: 'fixed', bytes: 137 } });
    const values = line.replace(/\r\n$/, '').split(',');
    expect(values.map((value) => value.length)).toEqual([36, 33, 34, 34]);
    expect(headerLine(specOf({ payload }))).toBe('sort_key,a,b,c\r\n');
  });

  it.each([0, 0.25, 0.5, 1])('compresses as far as a compressible share of %d says', (compressibleShare) => {
    const [line = ''] = linesOf([1], { payload: { compressibleShare }, sizes: { type: 'fixed', bytes: 1_000_000 } });
    // Random text of 64 characters has 6 of 8 bits.
    expect(gzipSync(line).length / line.length).toBeCloseTo(0.755 * (1 - compressibleShare), 1);
  });
});

describe('csvLine', () => {
  it('quotes what has a comma, a quote or a line break, and nothing else', () => {
    expect(csvLine(['plain', 'a,b', 'say "x"', 'two\nlines', 'ünï', ''])).toBe(
      'plain,"a,b","say ""x""","two\nlines",ünï,\r\n',
    );
  });
});
