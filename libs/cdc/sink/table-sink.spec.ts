import { PGlite } from '@electric-sql/pglite';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import { noCounts, type SinkCounts } from './sink-counts.js';
import type { Statement } from './statements.js';
import { type Message, RefusedError, TableSink, type TargetDatabase } from './table-sink.js';
import type { SinkMode, TargetTable } from './target-table.js';

interface Recorded {
  statement: string;
  events: { topic: string; key: string; value: string }[];
}

const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL('./fixtures/debezium-3.4.1-events.json', import.meta.url), 'utf8'),
);

const USER = '11111111-1111-4111-8111-111111111111';

const messagesOf = (...statements: string[]): Message[] =>
  statements.flatMap((name) =>
    (recorded.find(({ statement }) => statement === name)?.events ?? []).map(({ key, value }) => ({
      key: Buffer.from(key),
      value: Buffer.from(value),
    })),
  );

/** An event with cells `name: value`; null cells are a delete. */
const event = (id: string, micros: number, cells: Record<string, unknown> | null, op = 'u'): Message => ({
  key: Buffer.from(JSON.stringify({ id })),
  value: Buffer.from(
    JSON.stringify({
      op: cells === null ? 'd' : op,
      source: { ts_us: micros, file: 'CommitLog-7-1.log', pos: micros },
      after: Object.fromEntries(Object.entries(cells ?? {}).map(([name, value]) => [name, { value, set: true }])),
    }),
  ),
});

const USERS = `id uuid PRIMARY KEY, username text, email text, age int, balance numeric, score float8, is_active boolean,
  preferences jsonb, tags text[], phone_numbers text[], seq bigint, big numeric, day date, address inet, data bytea,
  created_at timestamptz, updated_at timestamptz`;
const ORDERS = 'customer uuid, no int, item text, PRIMARY KEY (customer, no)';
const SOFT = ', _cdc_deleted boolean NOT NULL DEFAULT false';
const GUARDED = `${SOFT}, _cdc_timestamp_micros bigint, _cdc_cells jsonb`;

/** A real PostgreSQL in this process. */
class Database implements TargetDatabase {
  failures = 0;
  readonly columns = new Map<string, string>();
  constructor(private readonly server: PGlite) {}

  async describe(table: string): Promise<TargetTable> {
    const { rows } = await this.server.query<{ attname: string; type: string }>(
      'SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0',
      [table],
    );
    if (rows.length === 0) throw new Error(`no table ${table}`);
    return { name: table, columns: new Map(rows.map(({ attname, type }) => [attname, type])) };
  }

  async apply(statements: readonly Statement[]): Promise<void> {
    if (this.failures-- > 0) throw new Error('connection lost');
    await this.server
      .transaction(async (transaction) => {
        for (const { text, values } of statements) await transaction.query(text, [...values]);
      })
      .catch((error: Error & { code?: string }) => {
        throw /^(22|23)/.test(error.code ?? '') ? new RefusedError(error.message) : error;
      });
  }
}

describe('the sink of one table', () => {
  let server: PGlite;
  beforeAll(async () => {
    server = await PGlite.create();
  });
  afterAll(() => server.close());

  let counts: SinkCounts;
  let dead: string[];
  let database: Database;
  beforeEach(() => {
    counts = noCounts();
    dead = [];
    database = new Database(server);
  });

  const sinkTo = async (columns: string, mode: SinkMode = { deletes: 'hard', guard: 'none' }): Promise<TableSink> => {
    await server.exec(`DROP TABLE IF EXISTS target; CREATE TABLE target (${columns})`);
    const deadLetters = { send: async (_message: Message, reason: string) => void dead.push(reason) };
    const { signal } = new AbortController();
    return new TableSink({ table: 'target', mode, database, deadLetters, counts, clock: systemClock, signal });
  };
  const rows = async (columns = '*'): Promise<unknown[]> =>
    (await server.query(`SELECT ${columns} FROM target ORDER BY 1`)).rows;

  it('puts every type of the agent where PostgreSQL has it', async () => {
    const sink = await sinkTo(USERS);
    await sink.apply(messagesOf('insert whole row'));
    const text =
      'balance::text, seq::text, big::text, day::text, address::text, data::text, tags, preferences, score, is_active';
    expect(await rows(`${text}, extract(epoch from created_at)::text AS created`)).toEqual([
      {
        balance: '12.50',
        seq: '9007199254740993',
        big: '123456789012345678901234567890',
        day: '2026-02-03',
        address: '10.1.2.3/32',
        data: '\\x00ff',
        tags: ['a', 'b'],
        preferences: { theme: 'dark', lang: 'en' },
        score: 0.25,
        is_active: true,
        created: '1770091506.789000',
      },
    ]);
  });

  it('leaves columns that a statement did not touch, and takes nulls as values', async () => {
    const sink = await sinkTo(USERS);
    await sink.apply(messagesOf('insert whole row'));
    await sink.apply(messagesOf('update two columns'));
    await sink.apply(messagesOf('set a column to null'));
    expect(await rows('username, email, seq::int, age, balance::text')).toEqual([
      { username: 'ann', email: 'a2@example.com', seq: 2, age: null, balance: '12.50' },
    ]);
  });

  it('makes the same of one batch as of many', async () => {
    const all = recorded
      .map(({ statement }) => statement)
      .filter((name) => !/clustered|batch|range|partition|delete a row/.test(name));
    const sink = await sinkTo(USERS);
    for (const name of all) await sink.apply(messagesOf(name));
    const oneByOne = await rows();
    const again = await sinkTo(USERS);
    await again.apply(messagesOf(...all));
    expect(await rows()).toEqual(oneByOne);
    expect(oneByOne).toHaveLength(2);
    expect(counts).toMatchObject({ merged: all.length - 2, dead: 0 });
  });

  it('deletes a row, and brings nothing of it back with a later insert of the same batch', async () => {
    const sink = await sinkTo(USERS);
    await sink.apply(messagesOf('insert whole row', 'delete a row'));
    expect(await rows()).toEqual([]);
    await sink.apply(messagesOf('insert whole row'));
    await sink.apply(messagesOf('delete a row', 'insert with a time to live'));
    expect(await rows('username, email')).toEqual([{ username: 'short', email: null }]);
  });

  it('deletes rows, ranges and partitions of a clustered table', async () => {
    const sink = await sinkTo(ORDERS);
    await sink.apply(messagesOf('insert a clustered row', 'logged batch of two'));
    expect(await rows('no, item')).toEqual([
      { no: 1, item: 'nut' },
      { no: 2, item: 'bolt' },
      { no: 3, item: 'screw' },
    ]);
    await sink.apply(messagesOf('delete a clustered row', 'delete a range'));
    expect(await rows('no')).toEqual([{ no: 2 }]);
    await sink.apply(messagesOf('delete a partition', 'insert a clustered row'));
    expect(await rows('no')).toEqual([{ no: 1 }]);
  });

  it('says when a row with a time to live will be gone at the source', async () => {
    const sink = await sinkTo(`${USERS}, _ttl_expiry_timestamp timestamptz`);
    const expiry = async () => rows('extract(epoch from _ttl_expiry_timestamp)::int AS at');
    await sink.apply(messagesOf('insert with a time to live'));
    expect(await expiry()).toEqual([{ at: 1_795_274_883 }]);
    await sink.apply(messagesOf('update two columns'));
    expect(await expiry()).toEqual([{ at: 1_795_274_883 }]);
    await sink.apply(messagesOf('insert whole row'));
    expect(await expiry()).toEqual([{ at: null }]);
  });

  it('empties and marks rows where deletes are soft', async () => {
    const sink = await sinkTo(USERS + SOFT, { deletes: 'soft', guard: 'none' });
    await sink.apply(messagesOf('insert whole row', 'delete a row'));
    await sink.apply(messagesOf('insert whole row'));
    await sink.apply(messagesOf('delete a row'));
    expect(await rows('id, username, seq, _cdc_deleted')).toEqual([
      { id: USER, username: null, seq: null, _cdc_deleted: true },
    ]);
    await sink.apply(messagesOf('insert with a time to live'));
    expect(await rows('username, email, _cdc_deleted')).toEqual([
      { username: 'short', email: null, _cdc_deleted: false },
    ]);
  });

  it('lets what came last win without a guard', async () => {
    const sink = await sinkTo('id text PRIMARY KEY, a int, b int');
    await sink.apply([event('k', 20, { a: 2, b: 2 }), event('k', 10, { a: 1 })]);
    expect(await rows()).toEqual([{ id: 'k', a: 1, b: 2 }]);
    expect(counts.redelivered).toBe(1);
  });

  it('ends at what was written last of every cell, in whatever order changes come', async () => {
    const changes = [
      event('k', 10, { a: 1, b: 1 }, 'i'),
      event('k', 20, { a: 2 }),
      event('k', 30, null),
      event('k', 40, { b: 4 }),
      event('k', 50, { a: null }),
      event('j', 10, { a: 1 }),
      event('j', 20, null),
    ];
    const last = [
      { id: 'j', a: null, b: null, _cdc_deleted: true },
      { id: 'k', a: null, b: 4, _cdc_deleted: false },
    ];
    const orders = [
      changes,
      changes.toReversed(),
      [...changes, ...changes],
      [3, 0, 5, 2, 4, 6, 1].map((index) => changes[index]),
    ];
    for (const order of orders) {
      const sink = await sinkTo(`id text PRIMARY KEY, a int, b int${GUARDED}`, { deletes: 'soft', guard: 'cell' });
      await sink.apply(order.filter((change) => change !== undefined));
      expect(await rows('id, a, b, _cdc_deleted')).toEqual(last);
    }
  });

  it('goes on after messages that can never be applied, and keeps them', async () => {
    const sink = await sinkTo('id text PRIMARY KEY, a int');
    const broken = { key: Buffer.from('{"id":"x"}'), value: Buffer.from('{') };
    await sink.apply([event('k', 1, { a: 1 }), broken, event('l', 2, { a: 'no number' }), event('m', 3, { a: 3 })]);
    expect(await rows('id, a')).toEqual([
      { id: 'k', a: 1 },
      { id: 'm', a: 3 },
    ]);
    expect(dead).toEqual([
      expect.stringContaining('the value is no JSON'),
      expect.stringContaining('invalid input syntax for type integer'),
    ]);
    expect(counts).toMatchObject({ dead: 2, insert: 0, update: 3 });
  });

  it('tries again what failed for another reason, and leaves columns out that the table does not have', async () => {
    const sink = await sinkTo('id text PRIMARY KEY, a int');
    database.failures = 2;
    await sink.apply([event('k', 1, { a: 1, unknown: 2 })]);
    expect(await rows()).toEqual([{ id: 'k', a: 1 }]);
    expect(counts).toMatchObject({ retries: 2, lastError: null, dead: 0 });
  });
});
