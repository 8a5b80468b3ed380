import { typeText } from '../lang/cql-type.js';
import type { OptionValue } from '../lang/statement.js';
import { booleanBytes, doubleBytes, int32Bytes, textBytes, uuidBytes, mapBytes, type Bytes } from '../storage/bytes.js';
import type { Keyspace, Schema } from '../storage/schema.js';
import type { Table } from '../storage/table.js';
import { textMap, textSet, type VirtualRow } from './virtual-rows.js';

const tablesOf = (schema: Schema): Table[] =>
  [...schema.keyspaces.values()].flatMap(({ tables }) => [...tables.values()]);

function keyspaceRow({ name, replication, durableWrites }: Keyspace): VirtualRow {
  return {
    keyspace_name: textBytes(name),
    durable_writes: booleanBytes(durableWrites),
    replication: textMap(replication),
  };
}

const asText = (value: OptionValue): Bytes | null => (typeof value === 'string' ? textBytes(value) : null);
const asInt = (value: OptionValue): Bytes | null => (typeof value === 'string' ? int32Bytes(Number(value)) : null);
const asDouble = (value: OptionValue): Bytes | null => (typeof value === 'string' ? doubleBytes(Number(value)) : null);
const asMap = (value: OptionValue): Bytes | null => (typeof value === 'string' ? null : textMap(value));
const asBoolean = (value: OptionValue): Bytes => booleanBytes(value === 'true');

const CLASS_PREFIX = {
  compaction: 'org.apache.cassandra.db.compaction.',
  compression: 'org.apache.cassandra.io.compress.',
} as const;

const withFullClass =
  (option: keyof typeof CLASS_PREFIX) =>
  (value: OptionValue): Bytes | null => {
    if (typeof value === 'string') return null;
    const name = value.get('class');
    const full = name === undefined || name.includes('.') ? name : CLASS_PREFIX[option] + name;
    return textMap(full === undefined ? value : new Map([...value, ['class', full]]));
  };

/** Each option of a table: what it is when not given (Cassandra 4.1's default), and how it is serialized. */
const OPTIONS: Record<string, { absent: OptionValue; bytes: (value: OptionValue) => Bytes | null }> = {
  additional_write_policy: { absent: '99p', bytes: asText },
  bloom_filter_fp_chance: { absent: '0.01', bytes: asDouble },
  caching: {
    absent: new Map([
      ['keys', 'ALL'],
      ['rows_per_partition', 'NONE'],
    ]),
    bytes: asMap,
  },
  cdc: { absent: 'false', bytes: asBoolean },
  comment: { absent: '', bytes: asText },
  compaction: { absent: new Map([['class', 'SizeTieredCompactionStrategy']]), bytes: withFullClass('compaction') },
  compression: { absent: new Map([['class', 'LZ4Compressor']]), bytes: withFullClass('compression') },
  crc_check_chance: { absent: '1.0', bytes: asDouble },
  dclocal_read_repair_chance: { absent: '0.0', bytes: asDouble },
  default_time_to_live: { absent: '0', bytes: asInt },
  gc_grace_seconds: { absent: '864000', bytes: asInt },
  max_index_interval: { absent: '2048', bytes: asInt },
  memtable_flush_period_in_ms: { absent: '0', bytes: asInt },
  min_index_interval: { absent: '128', bytes: asInt },
  read_repair: { absent: 'BLOCKING', bytes: asText },
  read_repair_chance: { absent: '0.0', bytes: asDouble },
  speculative_retry: { absent: '99p', bytes: asText },
};

function tableRow(table: Table): VirtualRow {
  const options = Object.entries(OPTIONS).map(([name, { absent, bytes }]) => [
    name,
    bytes(table.options.get(name) ?? absent),
  ]);
  return {
    ...Object.fromEntries(options),
    keyspace_name: textBytes(table.keyspace),
    table_name: textBytes(table.name),
    extensions: mapBytes([]),
    flags: textSet(table.isCounter ? ['compound', 'counter'] : ['compound']),
    id: uuidBytes(table.id),
  };
}

function columnRows(table: Table): VirtualRow[] {
  return table.columns.map(({ name, type, kind, position, descending }) => ({
    keyspace_name: textBytes(table.keyspace),
    table_name: textBytes(table.name),
    column_name: textBytes(name),
    clustering_order: textBytes(kind === 'clustering' ? (descending ? 'desc' : 'asc') : 'none'),
    column_name_bytes: textBytes(name),
    kind: textBytes(kind),
    position: int32Bytes(position),
    type: textBytes(typeText(type)),
  }));
}

/** Rows of the tables of system_schema that have any. */
export const SCHEMA_ROWS: Record<string, (schema: Schema) => VirtualRow[]> = {
  keyspaces: (schema) => [...schema.keyspaces.values()].map(keyspaceRow),
  tables: (schema) => tablesOf(schema).map(tableRow),
  columns: (schema) => tablesOf(schema).flatMap(columnRows),
};
