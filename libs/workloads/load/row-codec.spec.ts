import { describe, expect, it } from 'vitest';
import type { CsvRow } from '#libs/dataset/csv-row.js';
import { RawRow } from '#libs/dataset/raw-row.js';
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
/** The row with its fields as characters, and as it stands in a file. */
function rowsOf(fields: string[]): CsvRow[] {
  const bytes = Buffer.from(`,${fields.join(',')}\n`, 'latin1');
  const ends = fields.map((_, at) => fields.slice(0, at + 1).join(',').length + 1);
  return [{ index: 0, line: 1, fields }, new RawRow(0, 1, bytes, 1, ends, undefined)];
}

/** What both say, which has to be the same. */
function both<T>(fields: string[], say: (row: CsvRow) => T): T | undefined {
  const [asText, asBytes] = rowsOf(fields).map((row) => say(row));
  expect(asBytes).toEqual(asText);
  return asText;
}

const written = (codec: RowCodec, fields: string[]): string =>
  both(fields, (row) => {
    const out = Buffer.alloc(codec.size(row));
    expect(codec.write(row, out, 0)).toBe(out.length);
    return out.toString('hex');
  }) ?? '';
const problem = (codec: RowCodec, fields: string[]) => both(fields, (row) => codec.problem(row));
const key = (codec: RowCodec, fields: string[]) => both(fields, (row) => codec.key(row).toString('hex'));

describe('a row', () => {
  it('is its values with their lengths, the write time last, in microseconds', () => {
    const codec = codecOf();
    expect(problem(codec, ['ab', '7', '5'])).toBeUndefined();
    expect(written(codec, ['ab', '7', '5'])).toBe('000000026162' + '0000000400000007' + '000000080000000000001388');
    expect([codec.values, key(codec, ['ab', '7', '5'])]).toEqual([3, '00000007']);
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
  ])('%j is refused', (fields, reason) => {
    expect(problem(codecOf(), fields)).toMatch(reason);
  });

  it('has a key of several columns as tokens are computed of it', () => {
    const codec = codecOf({}, { partitionKey: [0, 1] });
    expect(key(codec, ['ab', '7', '5'])).toBe('0002616200' + '00040000000700');
  });

  it.each([
    [CQL_TYPE.UUID, '5b6962dd-3F90-4c93-8f61-eabfa4a803e2', '5b6962dd3f904c938f61eabfa4a803e2'],
    [CQL_TYPE.TIMEUUID, '5b6962dd-3f90-1c93-8f61-eabfa4a803e2', '5b6962dd3f901c938f61eabfa4a803e2'],
    [CQL_TYPE.TIMEUUID, '5b6962dd-3f90-4c93-8f61-eabfa4a803e2', undefined],
    [CQL_TYPE.UUID, '5b6962dd-3f90-4c93-8f61-eabfa4a803eg', undefined],
    [CQL_TYPE.UUID, '5b6962dd03f90-4c93-8f61-eabfa4a803e2', undefined],
    [CQL_TYPE.UUID, '5b6962dd-3f90-4c93-8f61-eabfa4a803e2 ', undefined],
    [CQL_TYPE.ASCII, 'abc', '616263'],
    [CQL_TYPE.ASCII, 'Z\xc3\xbcrich', undefined],
    [CQL_TYPE.VARCHAR, 'Z\xc3\xbcrich', '5ac3bc72696368'],
  ])('of type %i takes %j from text and from bytes alike', (id, text, hex) => {
    const columns = [{ name: 'v', type: type(id) }, ...statement.columns.slice(1)];
    const codec = codecOf({}, { columns });
    expect(problem(codec, [text, '7', '5']) === undefined).toBe(hex !== undefined);
    if (hex !== undefined) expect(written(codec, [text, '7', '5']).slice(8)).toMatch(new RegExp(`^${hex}`));
  });

  it('cannot be of columns that no field holds', () => {
    const columns = [{ name: 'v', type: type(CQL_TYPE.MAP) }, ...statement.columns.slice(1)];
    expect(() => codecOf({}, { columns })).toThrow(/no CSV field can hold the types of v/);
  });
});
