import { type Cell, type Change, type LogPlace, PoisonError, type RangeEnd } from './change.js';
import { parseExactly } from './exact-json.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the converter calls `payload` where it sends the schema along. */
const withoutSchema = (value: Fields): Fields =>
  isFields(value['payload']) && 'schema' in value ? value['payload'] : value;

function fieldsOf(what: string, json: Buffer): Fields {
  let parsed: unknown;
  try {
    parsed = parseExactly(json.toString('utf8'));
  } catch (error) {
    throw new PoisonError(`the ${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isFields(parsed)) throw new PoisonError(`expected an object as ${what}, found ${JSON.stringify(parsed)}`);
  return withoutSchema(parsed);
}

function fieldsIn(of: Fields, name: string): Fields {
  const value = of[name];
  if (!isFields(value)) throw new PoisonError(`expected an object as ${name}, found ${JSON.stringify(value)}`);
  return value;
}

const wholeNumber = (value: unknown): number | null => {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

/** Columns of the envelope that are none of the table's. */
const RANGE_START = '_range_start';
const RANGE_END = '_range_end';

function cellsOf(after: Fields, key: Fields): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [name, cell] of Object.entries(after)) {
    // Absent, or not set: the statement did not touch this column.
    if (name in key || name === RANGE_START || name === RANGE_END || !isFields(cell) || cell['set'] === false) continue;
    const value = cell['value'] ?? null;
    // Of a cell without a value it says when that was deleted, not when it will be.
    cells.set(name, { value, expiresMicros: value === null ? null : wholeNumber(cell['deletion_ts']) });
  }
  return cells;
}

/** `CommitLog-7-1795273845292.log`: the second number rises with every segment. */
function placeOf({ file, pos }: Fields): LogPlace {
  const segment = typeof file === 'string' ? /-(\d+)\.log$/.exec(file)?.[1] : undefined;
  return { segment: Number(segment ?? 0), position: wholeNumber(pos) ?? 0 };
}

const METHODS: Readonly<Record<string, boolean>> = {
  INCL_START_BOUND: true,
  EXCL_START_BOUND: false,
  INCL_END_BOUND: true,
  EXCL_END_BOUND: false,
};

function rangeEnd(after: Fields, name: string): RangeEnd {
  const bound = fieldsIn(after, name);
  const inclusive = METHODS[String(bound['method'])];
  if (inclusive === undefined)
    throw new PoisonError(`expected a bound as method of ${name}, found ${String(bound['method'])}`);
  const values = Array.isArray(bound['values']) ? bound['values'].filter(isFields) : [];
  const falling = values.map((value) => String(value['type']).includes('ReversedType'));
  if (new Set(falling).size > 1)
    throw new PoisonError('a range over columns of rising and falling order is not one range');
  return {
    inclusive,
    columns: values.map((value) => String(value['name'])),
    values: values.map((value) => String(value['value'])),
    falling: falling[0] ?? false,
  };
}

/** Keys of the row that are known: of a deleted partition the clustering columns are null. */
const knownOf = (key: Fields): Fields => Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null));

/** `c` is what the agent's documentation says for `i`. */
const WRITES: Readonly<Record<string, 'insert' | 'update'>> = { i: 'insert', c: 'insert', u: 'update' };

/**
 * The change that a message of Debezium's agent for Cassandra tells, or undefined for Kafka's own tombstone. A delete is
 * known by its operation: its cells are null as the documentation has it, or all emptied as the agent sends them. Throws a
 * PoisonError for what is no such message.
 */
export function decodeEvent(keyJson: Buffer | null, valueJson: Buffer | null): Change | undefined {
  if (valueJson === null) return undefined;
  if (keyJson === null) throw new PoisonError('the message has no key');
  const key = fieldsOf('key', keyJson);
  const value = fieldsOf('value', valueJson);
  const source = fieldsIn(value, 'source');
  const writtenMicros = wholeNumber(source['ts_us']) ?? (wholeNumber(source['ts_ms']) ?? 0) * 1000;
  const base = { key: knownOf(key), writtenMicros, place: placeOf(source) };
  if (Object.keys(base.key).length === 0)
    throw new PoisonError(`expected key columns, found ${keyJson.toString('utf8')}`);
  const op = String(value['op']);
  if (op === 'd') return { ...base, op: 'delete', oneRow: Object.keys(base.key).length === Object.keys(key).length };
  const after = fieldsIn(value, 'after');
  if (op === 'r') return { ...base, op: 'range', from: rangeEnd(after, RANGE_START), to: rangeEnd(after, RANGE_END) };
  const write = WRITES[op];
  if (write === undefined) throw new PoisonError(`expected i, c, u, d or r as op, found ${op}`);
  return { ...base, op: write, cells: cellsOf(after, key) };
}
