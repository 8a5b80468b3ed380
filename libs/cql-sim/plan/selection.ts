import { invalid } from '../cql-error.js';
import { native } from '../lang/cql-type.js';
import type { Select, Selector } from '../lang/statement.js';
import { int32Bytes, int64Bytes, int64Of, type Bytes } from '../storage/bytes.js';
import { comparatorOf } from '../storage/order.js';
import { tokenOf } from '../storage/murmur3.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Column, Table } from '../storage/table.js';
import { readColumn } from './row-filter.js';
import type { ColumnSpec } from './rows-metadata.js';

/** Reads one result column of a row. */
export type Read = (partition: Partition, row: Row | null, nowMs: number) => Bytes | null;

/** Starts with nothing; is told of each row. */
export interface Aggregate {
  /** Of the row; null for whole rows. */
  read: Read | null;
  /** What it is after one more row (with its value, null where it has none). */
  add(sum: Bytes | null, value: Bytes | null): Bytes | null;
  empty: Bytes | null;
}

export interface Selection {
  specs: ColumnSpec[];
  reads: Read[];
  /** Slots, when every result column is a regular one: the plain case, read without a call for each. */
  slots: Int32Array | null;
  /** What sums the rows up, where the statement does; else null. */
  aggregates: Aggregate[] | null;
}

function columnRead(table: Table, column: Column): Read {
  if (column.kind === 'partition_key' && table.partitionKey.length === 1) return (partition) => partition.key;
  if (column.kind === 'regular') return (_partition, row, nowMs) => row?.read(column.slot, nowMs) ?? null;
  return (partition, row, nowMs) => readColumn(table, column, partition, row, nowMs);
}

function cellOf(table: Table, name: string, what: string): Column {
  const column = table.column(name);
  if (column.slot < 0) throw invalid(`Cannot use selection function ${what} on PRIMARY KEY part ${name}`);
  return column;
}

const holderOf = (column: Column, partition: Partition, row: Row | null): Row | null =>
  column.kind === 'static' ? partition.statics : row;

function writetimeRead(table: Table, name: string): Read {
  const column = cellOf(table, name, 'writeTime');
  return (partition, row, nowMs) => {
    const writtenUs = holderOf(column, partition, row)?.writeTimeUs(column.slot, nowMs) ?? null;
    return writtenUs === null ? null : int64Bytes(BigInt(writtenUs));
  };
}

function ttlRead(table: Table, name: string): Read {
  const column = cellOf(table, name, 'ttl');
  return (partition, row, nowMs) => {
    const expiresMs = holderOf(column, partition, row)?.expiresMs(column.slot, nowMs) ?? null;
    return expiresMs === null ? null : int32Bytes(Math.ceil((expiresMs - nowMs) / 1000));
  };
}

function result(table: Table, selector: Selector): { spec: ColumnSpec; read: Read } {
  if (selector.kind === 'column') {
    const column = table.column(selector.column);
    return { spec: { name: selector.alias ?? column.name, type: column.type }, read: columnRead(table, column) };
  }
  const label = (name: string): string => selector.alias ?? name;
  if (selector.kind === 'writetime') {
    const spec = { name: label(`writetime(${selector.column})`), type: native('bigint') };
    return { spec, read: writetimeRead(table, selector.column) };
  }
  if (selector.kind === 'ttl') {
    return {
      spec: { name: label(`ttl(${selector.column})`), type: native('int') },
      read: ttlRead(table, selector.column),
    };
  }
  if (selector.kind === 'token') {
    const spec = { name: label(`system.token(${selector.columns.join(', ')})`), type: native('bigint') };
    return { spec, read: (partition) => int64Bytes(tokenOf(partition.key)) };
  }
  throw invalid('aggregates cannot be mixed with columns');
}

const EXTREMES = { min: (order: number) => order < 0, max: (order: number) => order > 0 } as const;

function aggregateOf(table: Table, selector: Selector): { spec: ColumnSpec; aggregate: Aggregate }[] {
  if (selector.kind === 'count') {
    const { column, alias, label } = selector;
    const read = column === null ? null : columnRead(table, table.column(column));
    const add = (sum: Bytes | null, value: Bytes | null): Bytes | null =>
      read !== null && value === null ? sum : int64Bytes(int64Of(sum ?? int64Bytes(0n)) + 1n);
    return [
      { spec: { name: alias ?? label, type: native('bigint') }, aggregate: { read, add, empty: int64Bytes(0n) } },
    ];
  }
  if (selector.kind !== 'min' && selector.kind !== 'max') return [];
  const { kind, alias } = selector;
  const column = table.column(selector.column);
  const compare = comparatorOf(column.type);
  const add = (sum: Bytes | null, value: Bytes | null): Bytes | null =>
    value !== null && (sum === null || EXTREMES[kind](compare(value, sum))) ? value : sum;
  const spec = { name: alias ?? `system.${kind}(${column.name})`, type: column.type };
  return [{ spec, aggregate: { read: columnRead(table, column), add, empty: null } }];
}

/** Decides what a SELECT gives: column specs, and how each is read. */
export function compileSelection(table: Table, { selectors, distinct }: Select): Selection {
  const summed = selectors.flatMap((selector) => aggregateOf(table, selector));
  if (summed.length > 0) {
    if (summed.length < selectors.length) throw invalid('aggregates cannot be mixed with columns');
    return {
      specs: summed.map(({ spec }) => spec),
      reads: [],
      slots: null,
      aggregates: summed.map(({ aggregate }) => aggregate),
    };
  }
  const wanted =
    selectors.length > 0
      ? selectors
      : table.columns.map(({ name }): Selector => ({ kind: 'column', column: name, alias: null }));
  if (distinct) requireDistinct(table, wanted);
  const results = wanted.map((selector) => result(table, selector));
  const slots = wanted.map((selector) => {
    const column = selector.kind === 'column' ? table.find(selector.column) : undefined;
    return column?.kind === 'regular' ? column.slot : -1;
  });
  return {
    specs: results.map(({ spec }) => spec),
    reads: results.map(({ read }) => read),
    slots: slots.includes(-1) ? null : Int32Array.from(slots),
    aggregates: null,
  };
}

function requireDistinct(table: Table, wanted: readonly Selector[]): void {
  const allowed = wanted.every((selector) => {
    const kind = selector.kind === 'column' ? table.column(selector.column).kind : 'partition_key';
    return kind === 'partition_key' || kind === 'static';
  });
  if (!allowed) {
    throw invalid('SELECT DISTINCT queries must only request partition key columns and/or static columns');
  }
}
