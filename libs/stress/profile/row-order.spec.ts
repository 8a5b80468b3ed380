import { describe, expect, it } from 'vitest';
import { parseCqlType } from './cql-type.js';
import { Partition } from './partition.js';
import { parseProfile } from './profile.js';
import { inOrder, type RowOrder } from './row-order.js';
import { tableGenerators } from './table-shape.js';

const value = (hex: string) => ({ bytes: Buffer.from(hex, 'hex'), fold: () => undefined });
const sorted = (type: string, ...hex: string[]) =>
  inOrder('sorted', parseCqlType(type), hex.map(value), 1).map(({ bytes }) => bytes.toString('hex'));

describe('sorted values', () => {
  it.each([
    ['int', ['ffffffff', '00000000', '7fffffff'], ['00000000', 'ffffffff', '7fffffff']],
    ['text', ['61', '6162', '62'], ['62', '6162', '61']],
    ['varint', ['ff7f', 'ff', '00', '7f', '0080'], ['0080', '00', 'ff7f', '7f', 'ff']],
    [
      'double',
      ['bff0000000000000', '0000000000000000', '3ff0000000000000'],
      ['3ff0000000000000', '0000000000000000', 'bff0000000000000'],
    ],
    ['date', ['7fffffff', '80000000'], ['80000000', '7fffffff']],
    // One day later than the other, though its first four bytes are smaller.
    [
      'timeuuid',
      ['fffffffe000011ed8000000000000000', '00000001000111ed8000000000000000'],
      ['00000001000111ed8000000000000000', 'fffffffe000011ed8000000000000000'],
    ],
    ['list<int>', ['02', '01'], ['02', '01']],
  ])('of type %s stand as the server orders them', (type, wanted, given) => {
    expect(sorted(type, ...given)).toEqual(wanted);
  });
});

describe('the rows of a partition', () => {
  const columns = [
    { name: 'key', type: 'text', kind: 'partition_key', position: 0 },
    { name: 'day', type: 'int', kind: 'clustering', position: 0 },
    { name: 'hour', type: 'text', kind: 'clustering', position: 1 },
    { name: 'v', type: 'blob', kind: 'regular', position: -1 },
  ];
  const profile = parseProfile(
    'keyspace: k\ntable: t\ncolumnspec:\n  - {name: day, cluster: fixed(6)}\n  - {name: hour, cluster: fixed(4)}\n',
    'order.yaml',
  );
  const rowsOf = (order: RowOrder | undefined, item = 7) => {
    const partition = new Partition(tableGenerators(profile, columns, new Map(), order));
    partition.setItem(item);
    return Array.from({ length: partition.rows }, (_, index) => {
      const { clustering, values } = partition.row(index);
      return [...clustering, ...values].map((bytes) => bytes?.toString('hex')).join('/');
    });
  };
  const day = (row: string): number => Buffer.from(row.slice(0, 8), 'hex').readInt32BE();

  it('are the same whatever their order', () => {
    const drawn = rowsOf(undefined);
    expect(drawn).toHaveLength(24);
    expect(rowsOf('sorted')).not.toEqual(drawn);
    expect(rowsOf('sorted').toSorted()).toEqual(drawn.toSorted());
    expect(rowsOf('shuffled').toSorted()).toEqual(drawn.toSorted());
  });

  it('are sorted by every clustering column, or shuffled differently in each partition and alike in each run', () => {
    const days = rowsOf('sorted').map(day);
    expect(days).toEqual(days.toSorted((a, b) => a - b));
    const hours = rowsOf('sorted').slice(0, 4);
    expect(hours).toEqual(hours.toSorted());
    const placeOf = (item: number) => rowsOf('shuffled', item).map((row) => rowsOf(undefined, item).indexOf(row));
    expect(placeOf(7)).toEqual(placeOf(7));
    expect(placeOf(7)).not.toEqual(placeOf(8));
  });
});
