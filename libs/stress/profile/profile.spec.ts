import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { types } from 'cassandra-driver';
import { CodedError } from '#libs/contract/coded-error.js';
import { ColumnGenerator } from './column-generator.js';
import { parseCqlType } from './cql-type.js';
import { Partition } from './partition.js';
import { parseProfile } from './profile.js';
import { insertCql, tableGenerators } from './table-shape.js';

const Genuine = z.object({
  profile: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), kind: z.string(), position: z.number() })),
  rows: z.array(z.record(z.string(), z.string())),
});
const genuine = Genuine.parse(JSON.parse(readFileSync(new URL('fixtures/genuine-rows.json', import.meta.url), 'utf8')));
const profile = parseProfile(genuine.profile, 'all.yaml');
const table = tableGenerators(profile, genuine.columns);
const hex = (buffer: Buffer): string => buffer.toString('hex');

/** Everything that partitions 1 to 40 hold, by key. */
function generated(): Map<string, Record<string, string>> {
  const partition = new Partition(table);
  const rows = new Map<string, Record<string, string>>();
  for (let item = 1; item <= 40; item++) {
    partition.setItem(item);
    for (let index = 0; index < partition.rows; index++) {
      const { clustering, values } = partition.row(index);
      const key = [...partition.key, ...clustering].map(hex).join('/');
      rows.set(key, Object.fromEntries(table.values.map(({ name }, at) => [name, hex(values[at] ?? Buffer.alloc(0))])));
    }
  }
  return rows;
}

/** What cannot be equal: the clock's node of the machine, sizes that nobody seeds, the order that a set has at rest. */
const comparable = (name: string, value: string): string => {
  if (name === 'v_timeuuid') return value.slice(0, 16);
  if (name === 'v_list') return value.slice(8, 24);
  if (name === 'v_set')
    return [...value.slice(8).matchAll(/00000003(.{6})/g)]
      .map(([, element]) => element ?? '')
      .sort((a, b) => (a < b ? -1 : 1))
      .join();
  return value;
};

describe('generated rows of a user profile', () => {
  it('are those that cassandra-stress wrote, of every type, byte for byte', () => {
    const ours = generated();
    expect(ours.size).toBe(249);
    const keys = [...table.partitionKey, ...table.clustering].map(({ name }) => name);
    for (const row of genuine.rows) {
      const found = ours.get(keys.map((name) => row[name]).join('/'));
      expect(found, `key ${keys.map((name) => row[name]).join('/')}`).toBeDefined();
      for (const { name } of table.values)
        expect(comparable(name, found?.[name] ?? ''), name).toBe(comparable(name, row[name] ?? ''));
    }
  });
});

describe('parseProfile', () => {
  it('reads keyspace, table, columns, insert and queries', () => {
    expect(profile).toMatchObject({
      name: 'prof1.everything',
      keyspace: 'prof1',
      table: 'everything',
      insert: { batchType: 'unlogged', partitions: { type: 'fixed', value: 1 } },
    });
    expect(profile.columns.get('c2')).toEqual({
      cluster: { type: 'uniform', min: 1, max: 3 },
      size: { type: 'fixed', value: 6 },
    });
    expect(profile.queries.get('one')).toMatchObject({ sameRow: true });
  });

  it('names every problem with its line and the nearest name', () => {
    const text =
      'keyspace: k\ntabel: t\ncolumnspec:\n  - name: a\n    sise: fixed(1)\n  - size: fixd(1)\ninsert:\n  select: half\n';
    expect(() => parseProfile(text, 'p.yaml')).toThrow(
      /p\.yaml\.tabel: unknown entry tabel; did you mean table\? \(line 2\).*sise.*did you mean size\? \(line 5\).*expected FIXED.*\(line 6\).*the name of a column.*expected a ratio/,
    );
  });

  it('says which columns a columnspec could name', () => {
    const wrong = parseProfile('keyspace: k\ntable: t\ncolumnspec:\n  - name: nothing\n', 'p');
    expect(() => tableGenerators(wrong, genuine.columns)).toThrow(/names nothing, and table t has only c1, c2/);
  });
});

describe('insertCql', () => {
  it('adds to lists and sets, and inserts where there is only a key', () => {
    const cql = insertCql(profile, table, genuine.columns);
    expect(cql).toMatch(
      /^UPDATE "prof1"\."everything" SET .*"v_list" = "v_list" \+ \?.* WHERE "p1" = \? AND "p2" = \? AND "c1" = \? AND "c2" = \?$/,
    );
    expect(insertCql(profile, { ...table, values: [] }, genuine.columns)).toBe(
      'INSERT INTO "prof1"."everything" ("p1", "p2", "c1", "c2") VALUES (?, ?, ?, ?)',
    );
  });
});

describe('a user profile', () => {
  const text = (insert: string, more = '') => `
keyspace: k
table: t
columnspec: []
insert:
  ${insert}
${more}`;
  const issuesOf = (yaml: string): string[] => {
    try {
      parseProfile(yaml, 'p.yaml');
    } catch (error) {
      if (error instanceof CodedError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    }
    return [];
  };

  it('says how rows are visited and how much of them is written', () => {
    const { insert } = parseProfile(
      text('{visits: fixed(4), revisit: uniform(1..10), row-population: fixed(1)/2, select: uniform(1..10)/10}'),
      'p.yaml',
    );
    expect(insert).toMatchObject({
      visits: { type: 'fixed', value: 4 },
      revisit: { type: 'uniform', min: 1, max: 10 },
      rowPopulation: { distribution: { type: 'fixed', value: 1 }, divisor: 2 },
      select: { distribution: { type: 'uniform', min: 1, max: 10 }, divisor: 10 },
    });
  });

  it('has token range queries, with all columns and 5000 rows a page when nothing else is said', () => {
    const { tokenRangeQueries } = parseProfile(
      text('{}', 'token_range_queries:\n  all: {}\n  some: {columns: "a, b", page_size: 7}\n'),
      'p.yaml',
    );
    expect(Object.fromEntries(tokenRangeQueries)).toEqual({
      all: { columns: '*', pageSize: 5000 },
      some: { columns: 'a, b', pageSize: 7 },
    });
  });

  it('is refused with every problem at once', () => {
    const issues = issuesOf(
      text(
        '{visits: some, row-population: half, batchtype: big}',
        'queries:\n  q: {cql: SELECT 1, serialConsistencyLevel: ONE}\ntoken_range_queries:\n  all: {page_size: many}\n',
      ),
    );
    for (const path of [
      'insert.visits',
      'insert.row-population',
      'insert.batchtype',
      'q.serialConsistencyLevel',
      'all.page_size',
    ])
      expect(issues.join('\n')).toContain(path);
  });

  it('generates the first of the values, and nulls for the rest, where rows are populated in part', () => {
    const partition = new Partition(table);
    partition.setItem(1);
    const [whole, half] = [partition.row(0), partition.row(0, 0.5)];
    const populated = Math.floor(table.values.length / 2);
    expect(half.values.slice(0, populated)).toEqual(whole.values.slice(0, populated));
    expect(half.values.slice(populated).every((value) => value === null)).toBe(true);
  });
});

describe('columns of types that the original has not', () => {
  const userTypes = new Map([
    ['place', ['text', 'frozen<point>']],
    ['point', ['int', 'int']],
  ]);
  const bytesOf = (type: string): Buffer => {
    const column = new ColumnGenerator('c', parseCqlType(type, userTypes), { size: { type: 'fixed', value: 3 } });
    column.setSeed(1, 2);
    return column.next().bytes;
  };

  it('have the fields of user-defined types, one in the other, each with a value of its own', () => {
    const bytes = bytesOf('frozen<place>');
    expect([bytes.readInt32BE(0), bytes.readInt32BE(7), bytes.readInt32BE(11), bytes.readInt32BE(19)]).toEqual([
      3, 16, 4, 4,
    ]);
    expect(bytes.length).toBe(27);
    expect(bytes.subarray(15, 19)).not.toEqual(bytes.subarray(23, 27));
  });

  it('have durations whose numbers cassandra-driver reads as they were meant', () => {
    const bytes = bytesOf('duration');
    // The largest part is the drawn number itself, in nanoseconds.
    const drawn = Number(bytesOf('bigint').readBigInt64BE());
    const meant = new types.Duration(drawn % 12, Math.floor(drawn / 12) % 31, types.Long.fromNumber(drawn));
    expect(types.Duration.fromBuffer(bytes).equals(meant)).toBe(true);
  });
});
