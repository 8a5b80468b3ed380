import { describe, expect, it } from 'vitest';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import { RowCodec, type RowLayout } from './row-codec.js';

const type = (id: number) => ({ id, of: [] });
const statement = {
  cql: '',
  id: Buffer.from('id'),
  partitionKey: [1],
  table: 'ks.t',
  isLwt: false,
  resultColumns: [],
  columns: [
    { name: 'v', type: type(CQL_TYPE.VARCHAR) },
    { name: 'k', type: type(CQL_TYPE.INT) },
    { name: '[timestamp]', type: type(CQL_TYPE.BIGINT) },
  ],
};
const codecOf = (layout: Partial<RowLayout> = {}, change = {}): RowCodec =>
  new RowCodec(
    { ...statement, ...change },
    { names: ['v', 'k', 'at'], keys: ['k'], emptyAs: 'unset', timestamp: { column: 'at', unit: 'ms' }, ...layout },
    ['v', 'k'],
  );
const written = (codec: RowCodec, fields: string[]): string => {
  const out = Buffer.alloc(codec.size(fields));
  expect(codec.write(fields, out, 0)).toBe(out.length);
  return out.toString('hex');
};

describe('a row', () => {
  it('is its values with their lengths, the write time last, in microseconds', () => {
    const codec = codecOf();
    expect(codec.problem(['ab', '7', '5'])).toBeUndefined();
    expect(written(codec, ['ab', '7', '5'])).toBe('000000026162' + '0000000400000007' + '000000080000000000001388');
    expect([codec.values, codec.key(['ab', '7', '5']).toString('hex')]).toEqual([3, '00000007']);
  });

  it('leaves an empty field unset, or takes it as text', () => {
    expect(written(codecOf(), ['', '7', '5'])).toMatch(/^fffffffe00000004/);
    expect(written(codecOf({ emptyAs: 'text' }), ['', '7', '5'])).toMatch(/^0000000000000004/);
  });

  it.each([
    [['a', '7'], /^expected 3 fields, found 2$/],
    [['a', 'x', '5'], /^k: expected a whole number from -2147483648 to 2147483647, found "x"$/],
    [['a', '', '5'], /^k: expected a whole number .* as it is of the primary key, found nothing$/],
    [['\xff', '7', '5'], /^v: expected text in UTF-8, found /],
    [['a', '7', ''], /^at: expected the write time as a whole number, found nothing$/],
    [['a', '7', '99999999999999999'], /^at: expected the write time/],
  ])('%j is refused', (fields, problem) => {
    expect(codecOf().problem(fields)).toMatch(problem);
  });

  it('has a key of several columns as tokens are computed of it', () => {
    const codec = codecOf({}, { partitionKey: [0, 1] });
    expect(codec.key(['ab', '7', '5']).toString('hex')).toBe('0002616200' + '00040000000700');
  });

  it('cannot be of columns that no field holds', () => {
    const columns = [{ name: 'v', type: type(CQL_TYPE.MAP) }, ...statement.columns.slice(1)];
    expect(() => codecOf({}, { columns })).toThrow(/no CSV field can hold the types of v/);
  });
});
