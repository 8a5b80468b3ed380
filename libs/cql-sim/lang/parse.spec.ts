import { describe, expect, it } from 'vitest';
import { CqlError } from '../cql-error.js';
import { typeText } from './cql-type.js';
import { parse } from './parse.js';

const statement = (query: string) => parse(query).statement;

describe('parse', () => {
  it('reads a table with a composite partition key, clustering order and options', () => {
    const table = statement(
      `CREATE TABLE IF NOT EXISTS ks."Events" (a int, b text, c timeuuid, "D d" map<text, frozen<list<int>>>, s blob STATIC,
       PRIMARY KEY ((a, b), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'it''s' AND compaction = {'class': 'X', 'n': 3}
       AND default_time_to_live = 60;`,
    );
    if (table.kind !== 'create-table') throw new TypeError(table.kind);
    expect(table.name).toEqual({ keyspace: 'ks', table: 'Events' });
    expect(table.ifNotExists).toBe(true);
    expect([table.partitionKey, table.clustering]).toEqual([['a', 'b'], ['c']]);
    expect(table.descending.get('c')).toBe(true);
    expect(table.columns.map(({ name, type, isStatic }) => [name, typeText(type), isStatic])).toEqual([
      ['a', 'int', false],
      ['b', 'text', false],
      ['c', 'timeuuid', false],
      ['D d', 'map<text, frozen<list<int>>>', false],
      ['s', 'blob', true],
    ]);
    expect(table.options).toEqual(
      new Map<string, unknown>([
        ['comment', "it's"],
        [
          'compaction',
          new Map([
            ['class', 'X'],
            ['n', '3'],
          ]),
        ],
        ['default_time_to_live', '60'],
      ]),
    );
  });

  it('takes the table that cassandra-stress makes, with an empty item between two commas', () => {
    const table = statement(
      'CREATE TABLE IF NOT EXISTS counter1 (key blob PRIMARY KEY,\n, "C0" counter\n, "C1" counter) WITH COMPACT STORAGE AND compression = {};\n',
    );
    expect(table.kind === 'create-table' && table.columns.map(({ name }) => name)).toEqual(['key', 'C0', 'C1']);
  });

  it('numbers positional and named markers in the order in which they stand', () => {
    expect(parse('SELECT a FROM t WHERE k = ? AND c > :low AND c < :"High" LIMIT ?').markers).toEqual([
      null,
      'low',
      'High',
      null,
    ]);
  });

  it.each([
    ['c = c + 1', 'add'],
    ['c = c - 1', 'subtract'],
    ['c = c -1', 'subtract'],
    ['c = [1] + c', 'prepend'],
    ['c[3] = 1', 'element'],
    ['c = ?', 'set'],
  ])('reads the assignment %s', (assignment, kind) => {
    const update = statement(`UPDATE t USING TTL 5 SET ${assignment} WHERE k = 1`);
    expect(update.kind === 'update' && update.assignments[0]?.kind).toBe(kind);
  });

  it('keeps a map of booleans apart from named markers', () => {
    const parsed = parse(`INSERT INTO t (k, m) VALUES (1, {'a':true, 'b': false})`);
    expect(parsed.markers).toEqual([]);
  });

  it.each([
    ['SELEC * FROM t', "line 1:0 no viable alternative at input 'SELEC'"],
    ['SELECT * FORM t', "line 1:9 mismatched input 'FORM' expecting K_FROM"],
    ['SELECT *\nFROM t WHERE', "line 2:12 no viable alternative at input '<EOF>'"],
    ['DELETE FROM t', "line 1:13 mismatched input '<EOF>' expecting K_WHERE"],
    ['USE ks x', "line 1:7 mismatched input 'x' expecting EOF"],
    ['SELECT select FROM t', "line 1:7 no viable alternative at input 'select'"],
    ['', "line 1:0 no viable alternative at input '<EOF>'"],
  ])('refuses %j with line and column', (query, message) => {
    expect(() => parse(query)).toThrow(new CqlError(0x2000, message));
  });
});
