import { ERROR_CODE } from '#libs/cql/protocol.js';
import { CqlError, configuration, invalid } from '../cql-error.js';
import type { CreateTable, OptionValue, SchemaStatement } from '../lang/statement.js';
import { Table, columnsOf, type Column } from '../storage/table.js';
import type { Keyspace } from '../storage/schema.js';
import { TableData } from '../storage/table-data.js';
import type { StorageBudget } from '../storage/budget.js';

const KNOWN_OPTIONS = new Set(
  `additional_write_policy allow_auto_snapshot bloom_filter_fp_chance caching cdc comment compaction compact_storage
   compression crc_check_chance dclocal_read_repair_chance default_time_to_live extensions gc_grace_seconds id
   incremental_backups in_memory max_index_interval memtable memtable_flush_period_in_ms min_index_interval
   paxos_grace_seconds per_partition_rate_limit read_repair read_repair_chance speculative_retry synchronous_updates
   tablets tombstone_gc`.split(/\s+/),
);

function requireKnown(options: ReadonlyMap<string, OptionValue>): void {
  for (const name of options.keys()) {
    if (!KNOWN_OPTIONS.has(name)) throw new CqlError(ERROR_CODE.SYNTAX, `Unknown property '${name}'`);
  }
}

function requireSoundKeys({ columns, partitionKey, clustering, descending }: CreateTable): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`Duplicate column '${twice}' declaration for table`);
  if (partitionKey.length === 0) throw invalid('No PRIMARY KEY specifed (exactly one required)');
  for (const name of [...partitionKey, ...clustering]) {
    const column = columns.find((candidate) => candidate.name === name);
    if (!column) throw invalid(`Unknown column '${name}' referenced in PRIMARY KEY`);
    const { type } = column;
    if (type.kind !== 'native' && type.kind !== 'tuple' && !type.frozen) {
      throw invalid(`Invalid non-frozen collection type for PRIMARY KEY column '${name}'`);
    }
    if (column.isStatic) throw invalid(`Static column '${name}' cannot be part of the PRIMARY KEY`);
  }
  for (const name of descending.keys()) {
    if (!clustering.includes(name)) throw invalid(`Missing CLUSTERING ORDER for column ${name}`);
  }
  if (clustering.length === 0 && columns.some(({ isStatic }) => isStatic)) {
    throw invalid('Static columns are only useful (and thus allowed) if the table has at least one clustering column');
  }
}

function requireCountersAlone(columns: readonly Column[]): void {
  const values = columns.filter(({ slot }) => slot >= 0);
  const counters = values.filter(({ type }) => type.kind === 'native' && type.name === 'counter');
  if (counters.length > 0 && counters.length < values.length) {
    throw invalid('Cannot mix counter and non counter columns in the same table');
  }
}

export function createdTable(statement: CreateTable, keyspace: Keyspace, budget: StorageBudget): Table {
  requireKnown(statement.options);
  requireSoundKeys(statement);
  const columns = columnsOf(statement.columns, statement.partitionKey, statement.clustering, statement.descending);
  requireCountersAlone(columns);
  const id = statement.options.get('id');
  const shape = { keyspace: keyspace.name, name: statement.name.table, columns, options: statement.options };
  return new Table(shape, new TableData(budget), ...(typeof id === 'string' ? [id] : []));
}

/** The table after ALTER: the same data under other columns. A dropped column's slot is never used again. */
export function alteredTable(table: Table, change: Extract<SchemaStatement, { kind: 'alter-table' }>): Table {
  requireKnown(change.options);
  if (change.options.has('id')) throw configuration('Cannot alter table id.');
  const dropped = change.drop.map((name) => {
    const column = table.column(name);
    if (column.slot < 0) throw invalid(`Cannot drop PRIMARY KEY column ${name}`);
    return column;
  });
  const added = change.add.map(({ name, type, isStatic }, i): Column => {
    if (table.find(name)) throw invalid(`Column with name '${name}' already exists`);
    const kind = isStatic ? 'static' : 'regular';
    return { name, type, kind, position: -1, descending: false, slot: table.nextSlot + i };
  });
  const columns = [...table.columns.filter((column) => !dropped.includes(column)), ...added];
  requireCountersAlone(columns);
  const options = new Map([...table.options, ...change.options]);
  return table.altered({ keyspace: table.keyspace, name: table.name, columns, options }, added.length);
}
