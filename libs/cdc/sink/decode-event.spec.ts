import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, PoisonError } from './change.js';
import { decodeEvent } from './decode-event.js';

interface Recorded {
  statement: string;
  events: { topic: string; key: string; value: string }[];
}

/** What the agent 3.4.1 sent for statements on a real Cassandra 5.0.9. */
const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL('./fixtures/debezium-3.4.1-events.json', import.meta.url), 'utf8'),
);

const eventsOf = (statement: string): Recorded['events'] => {
  const found = recorded.find((one) => one.statement === statement);
  if (!found) throw new Error(`no recorded statement ${statement}`);
  return found.events;
};

const decode = ({ key, value }: { key: string; value: string }): Change | undefined =>
  decodeEvent(Buffer.from(key), Buffer.from(value));

const only = (statement: string): Change => {
  const [event] = eventsOf(statement);
  const change = event && decode(event);
  if (!change) throw new Error(`no change of ${statement}`);
  return change;
};

const cellsOf = (change: Change): Record<string, unknown> =>
  'cells' in change ? Object.fromEntries([...change.cells].map(([name, { value }]) => [name, value])) : {};

const USER = { id: '11111111-1111-4111-8111-111111111111' };
const CUSTOMER = '22222222-2222-4222-8222-222222222222';

describe('an event of the agent', () => {
  it('tells a whole row, with every digit of its numbers', () => {
    const change = only('insert whole row');
    expect(change).toMatchObject({ op: 'insert', key: USER, place: { segment: 1_795_273_845_292, position: 30_178 } });
    expect(change.writtenMicros).toBe(1_795_274_278_861_000);
    expect(cellsOf(change)).toEqual({
      username: 'ann',
      email: 'ann@example.com',
      age: 31,
      balance: '12.50',
      score: 0.25,
      is_active: true,
      preferences: { theme: 'dark', lang: 'en' },
      tags: ['a', 'b'],
      phone_numbers: ['1', '2'],
      seq: '9007199254740993',
      big: '123456789012345678901234567890',
      day: 20_487,
      address: '/10.1.2.3',
      data: 'AP8=',
      created_at: 1_770_091_506_789,
      updated_at: 1_770_091_506_789,
    });
  });

  it.each([
    ['update two columns', { email: 'a2@example.com', seq: 2 }],
    ['set a column to null', { age: null }],
    ['set one entry of a map', { preferences: { k2: 'v2' } }],
    ['delete one entry of a map', { preferences: { theme: '' } }],
    ['replace a map', { preferences: { only: 'one' } }],
    ['add to a set', { tags: ['c'] }],
    ['set a list to null', { phone_numbers: [] }],
  ])('touches only what was written: %s', (statement, cells) => {
    const change = only(statement);
    expect(change).toMatchObject({ op: 'update', key: USER });
    expect(cellsOf(change)).toEqual(cells);
  });

  it('says when cells with a time to live vanish', () => {
    const change = only('insert with a time to live');
    if (!('cells' in change)) throw new Error('expected cells');
    expect([...change.cells.values()].map(({ expiresMicros }) => expiresMicros)).toEqual([
      1_795_274_883_000_000, 1_795_274_883_000_000,
    ]);
    const forEver = only('update two columns');
    if (!('cells' in forEver)) throw new Error('expected cells');
    expect([...forEver.cells.values()].map(({ expiresMicros }) => expiresMicros)).toEqual([null, null]);
  });

  it('tells a deleted row in both shapes', () => {
    const [event] = eventsOf('delete a row');
    if (!event) throw new Error('no event');
    const asSent = decode(event);
    expect(asSent).toMatchObject({ op: 'delete', key: USER, oneRow: true });
    const value: { after: Record<string, unknown> } = JSON.parse(event.value);
    const emptied = Object.keys(value.after).map((name) => [name, name === 'id' ? value.after[name] : null]);
    const documented = JSON.stringify({ ...value, after: Object.fromEntries(emptied) });
    expect(decode({ key: event.key, value: documented })).toEqual(asSent);
    expect(decode({ key: event.key, value: JSON.stringify({ ...value, after: null }) })).toEqual(asSent);
  });

  it('tells rows, ranges and partitions of a clustered table', () => {
    const keys = eventsOf('logged batch of two').map((event) => decode(event)?.key);
    expect(keys).toEqual([
      { customer: CUSTOMER, no: 2 },
      { customer: CUSTOMER, no: 3 },
    ]);
    expect(only('delete a clustered row')).toMatchObject({ op: 'delete', oneRow: true, key: { no: 1 } });
    expect(only('delete a range')).toMatchObject({
      op: 'range',
      key: { customer: CUSTOMER },
      from: { inclusive: false, columns: ['no'], values: ['2'], falling: false },
      to: { inclusive: true, columns: [], values: [] },
    });
    const partition = only('delete a partition');
    expect(partition).toMatchObject({ op: 'delete', oneRow: false });
    expect(partition.key).toEqual({ customer: CUSTOMER });
  });

  it('is read with its schema beside it, and with the documented c for i', () => {
    const [event] = eventsOf('insert whole row');
    if (!event) throw new Error('no event');
    const wrapped = `{"schema":{"type":"struct"},"payload":${event.value.replace('"op":"i"', '"op":"c"')}}`;
    expect(decode({ key: `{"schema":null,"payload":${event.key}}`, value: wrapped })).toEqual(decode(event));
  });

  it('is nothing when Kafka only forgets a key', () => {
    expect(decodeEvent(Buffer.from('{"id":1}'), null)).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"id":1}', '{"op":', 'the value is no JSON'],
    ['no object', '{"id":1}', '[]', 'expected an object as value'],
    ['no source', '{"id":1}', '{"op":"i"}', 'expected an object as source'],
    ['no cells', '{"id":1}', '{"op":"i","source":{}}', 'expected an object as after'],
    ['another operation', '{"id":1}', '{"op":"x","source":{},"after":{}}', 'found x'],
    ['an empty key', '{"id":null}', '{"op":"i","source":{},"after":{}}', 'expected key columns'],
  ])('is refused when there is %s', (_what, key, value, message) => {
    expect(() => decode({ key, value })).toThrow(PoisonError);
    expect(() => decode({ key, value })).toThrow(message);
  });

  it('keeps long numbers inside texts as they are', () => {
    const value =
      '{"op":"u","source":{},"after":{"a":{"value":"x:12345678901234567890,\\"12345678901234567","set":true}}}';
    const change = decode({ key: '{"id":1}', value });
    expect(change && cellsOf(change)).toEqual({ a: 'x:12345678901234567890,"12345678901234567' });
  });
});
