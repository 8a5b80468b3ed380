import { describe, expect, it } from 'vitest';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { bindDry, bindStatement, statementOf } from './binding.js';
import { QuerySpec } from './query.schema.js';
import { RowMaker } from './row-maker.js';

const column = (name: string, id: number) => ({ name, type: { id, of: [] } });

const statement: PreparedStatement = {
  cql: '',
  id: Buffer.alloc(0),
  partitionKey: [1, 0],
  table: 'ks.t',
  isLwt: false,
  columns: [column('day', CQL_TYPE.INT), column('sensor', CQL_TYPE.VARCHAR)],
  resultColumns: [column('sensor', CQL_TYPE.VARCHAR), column('value', CQL_TYPE.DOUBLE), column('tags', CQL_TYPE.SET)],
};

const specOf = (fields: Record<string, unknown> = {}) => QuerySpec.parse({ dataset: 'd', ...fields });

const makerOf = (fields: Record<string, unknown>, columns: readonly string[]) =>
  new RowMaker(bindStatement(specOf(fields), statement), {
    columns,
    keyColumn: 'sensor',
    shown: 'a.csv',
    exact: true,
  });

const row = (...fields: string[]) => ({ index: 0, line: 2, fields });
const DOUBLE_1_5 = '3ff8000000000000';

describe('the request of a row', () => {
  it('asks for the key by default, in the words of the original', () => {
    expect(statementOf(specOf())).toBe('SELECT * FROM "content_db"."content_data" WHERE "sort_key" = ?');
    expect(statementOf(specOf({ statement: 'SELECT a FROM t WHERE b = ?;' }))).toBe('SELECT a FROM t WHERE b = ?');
  });

  it('binds columns by name, and routes by a key of several columns in the order of the table', () => {
    const made = makerOf({}, ['sensor', 'day']).make(row('ab', '7'));
    expect(made).toMatchObject({ key: 'ab', expected: undefined });
    if (typeof made === 'string') throw new Error(made);
    expect(made.values.toString('hex')).toBe('0000000400000007' + '000000026162');
    expect(made.route.toString('hex')).toBe('0002616200' + '00040000000700');
  });

  it('binds other columns where it is told so', () => {
    const made = makerOf({ bind: ['when', 'sensor'] }, ['sensor', 'when']).make(row('ab', '-1'));
    expect(typeof made === 'string' ? made : made.values.toString('hex')).toBe('00000004ffffffff' + '000000026162');
  });

  it('expects what CSV and answer share, in the types of the table; none for a field without text', () => {
    const maker = makerOf({ check: { payload: true } }, ['sensor', 'day', 'value']);
    const hex = (...fields: string[]) => {
      const made = maker.make(row(...fields));
      return typeof made === 'string' ? made : made.expected?.map((cell) => cell?.toString('hex'));
    };
    expect(hex('ab', '7', '1.5')).toEqual(['6162', DOUBLE_1_5, undefined]);
    expect(hex('ab', '7', '')).toEqual(['6162', '', undefined]);
    expect(hex('ab', '7', 'much')).toBe('value: expected a number, found much');
    expect(hex('ab', '7')).toBe('expected 3 fields, found 2');
  });

  it('compares the columns that it is told, and no other', () => {
    const check = { payload: true, columns: ['value'] };
    const made = makerOf({ check }, ['sensor', 'day', 'value']).make(row('ab', '7', '1.5'));
    expect(typeof made === 'string' ? made : made.expected?.map((cell) => cell?.toString('hex'))).toEqual([
      undefined,
      DOUBLE_1_5,
      undefined,
    ]);
  });

  it('is refused before the run where it can never be made', () => {
    const refusal = (fields: Record<string, unknown>) => () => bindStatement(specOf(fields), statement);
    expect(refusal({ bind: ['sensor'] })).toThrow('as many columns in bind as the statement has ?, 2, found 1');
    expect(refusal({ check: { payload: true, columns: ['weight'] } })).toThrow('weight cannot be compared');
    expect(refusal({ check: { payload: true, columns: ['tags'] } })).toThrow('tags cannot be compared with CSV');
    expect(() => makerOf({}, ['sensor', 'when'])).toThrow('expected a column day, found sensor, when');
  });

  it('needs no types in a dry run', () => {
    const binding = bindDry(specOf({ keyColumn: 'id' }));
    expect(binding.bound.map(({ name }) => name)).toEqual(['id']);
  });
});
