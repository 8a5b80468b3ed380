import { describe, expect, it } from 'vitest';
import { RowGenerator } from './row-generator.js';
import { column, key } from './row-oracle.js';
import { saltOf } from './salt.js';

const NAMES = ['C0', 'C1', 'C2', 'C3', 'C4'];

describe('RowGenerator', () => {
  // Published in cql-stress's unit tests, taken from real cassandra-stress runs with size=FIXED(5).
  it.each([
    [1, '0P37709P21', [-123, 24, 47, -33, -25]],
    [2, 'O8LK79LO61', [-72, -32, 83, 32, -51]],
    [3, 'OP001L5930', [95, -16, -124, 89, -52]],
    [4, '9N54NK4861', [16, -15, -35, 111, -21]],
    [5, '77596MO230', [-36, -98, 27, -16, 94]],
  ])('makes the published key and C0 of seed %i', (seed, expectedKey, c0) => {
    const generator = new RowGenerator({
      keySizeBytes: 10,
      columnNames: NAMES,
      columnSize: { type: 'fixed', value: 5 },
    });
    generator.setSeed(seed);
    expect(generator.key.toString()).toBe(expectedKey);
    expect([...new Int8Array(generator.expected(0))]).toEqual(c0);
  });

  it('makes the known default C0 of row 1', () => {
    const generator = new RowGenerator({
      keySizeBytes: 10,
      columnNames: NAMES,
      columnSize: { type: 'fixed', value: 34 },
    });
    generator.setSeed(1);
    expect(generator.expected(0).toString('hex')).toBe(
      '85182fdfe7f86306cd58ce81aa53cca24c193841d6ae8a91646a4c304dd9f47892f9',
    );
  });

  it.each([
    [10, 34],
    [10, 300],
    [40, 5],
    [16, 8],
    [7, 1000],
  ])(
    'equals the slow oracle for keys of %i and columns of %i bytes, over reseeds and cut words',
    (keySizeBytes, columnSizeBytes) => {
      const generator = new RowGenerator({
        keySizeBytes,
        columnNames: NAMES,
        columnSize: { type: 'fixed', value: columnSizeBytes },
      });
      for (const seed of [1, 2, 99, 123_456, 2 ** 31, 2 ** 32 + 7, 5_000_000_000, 99_999_999_999]) {
        generator.setSeed(seed);
        const expectedKey = key(seed, keySizeBytes);
        expect(generator.key.toString('hex')).toBe(expectedKey.toString('hex'));
        for (const [index, name] of NAMES.entries()) {
          expect(generator.expected(index).toString('hex')).toBe(
            column(expectedKey, name, columnSizeBytes).toString('hex'),
          );
        }
      }
    },
  );

  it('writes columns at their offsets and accepts only its own bytes', () => {
    const generator = new RowGenerator({
      keySizeBytes: 10,
      columnNames: NAMES,
      columnSize: { type: 'fixed', value: 34 },
    });
    generator.setSeed(7);
    const out = Buffer.alloc(300);
    generator.writeColumns(out, 100, Int32Array.from([0, 38, 76, 114, 152]));
    expect(generator.matches(2, out, 176, 34)).toBe(true);
    expect(generator.matches(2, out, 176, 33)).toBe(false);
    out.writeUInt8(out.readUInt8(180) ^ 1, 180);
    expect(generator.matches(2, out, 176, 34)).toBe(false);
  });
});

describe('saltOf', () => {
  it('equals the published salts', () => {
    expect(saltOf('key')).toBe(-6294861599187687378n);
    expect(saltOf('C0')).toBe(5919258029671157411n);
  });

  it('draws sizes from the identity of each column, and writes and compares them', () => {
    const size = { type: 'uniform', min: 0, max: 60 } as const;
    const generator = new RowGenerator({ keySizeBytes: 10, columnNames: NAMES, columnSize: size });
    const seen = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      generator.setSeed(seed);
      const bytes = generator.drawSizes();
      const out = Buffer.alloc(bytes + 4 * NAMES.length);
      expect(generator.writeSizedColumns(out, 0)).toBe(out.length);
      let at = 0;
      for (const [index, name] of NAMES.entries()) {
        const length = out.readInt32BE(at);
        seen.add(length);
        expect(out.subarray(at + 4, at + 4 + length)).toEqual(column(generator.key, name, length));
        expect(generator.matches(index, out, at + 4, length)).toBe(true);
        expect(generator.matches(index, out, at + 4, length + 1)).toBe(false);
        at += 4 + length;
      }
    }
    expect([Math.min(...seen), Math.max(...seen)]).toEqual([0, 60]);
  });
});
