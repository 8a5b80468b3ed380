import { randomUUID } from 'node:crypto';
import { invalid } from '../cql-error.js';
import type { CqlType } from '../lang/cql-type.js';
import type { OptionValue } from '../lang/statement.js';
import { int16Bytes, type Bytes } from './bytes.js';
import { clusteringComparator } from './order.js';
import type { CompareClustering } from './partition.js';
import type { TableData } from './table-data.js';

export type ColumnKind = 'partition_key' | 'clustering' | 'static' | 'regular';

export interface Column {
  name: string;
  type: CqlType;
  kind: ColumnKind;
  /** Place in the partition or clustering key; -1 for others. */
  position: number;
  descending: boolean;
  /** Place in a row's cells (regular and static columns); -1 for key columns. */
  slot: number;
}

export interface TableShape {
  keyspace: string;
  name: string;
  columns: readonly Column[];
  options: ReadonlyMap<string, OptionValue>;
}

/** A table as statements are compiled against it. ALTER makes a new one over the same data. */
export class Table {
  readonly keyspace: string;
  readonly name: string;
  readonly options: ReadonlyMap<string, OptionValue>;
  readonly partitionKey: readonly Column[];
  readonly clustering: readonly Column[];
  /** In the order of `SELECT *`: partition key, clustering, then static and regular by name. */
  readonly columns: readonly Column[];
  readonly slots: number;
  readonly compareClustering: CompareClustering;
  private readonly byName: ReadonlyMap<string, Column>;

  constructor(
    shape: TableShape,
    private readonly source: TableData | (() => TableData),
    readonly id: string = randomUUID(),
    /** Slots used by columns dropped since. */
    usedSlots = 0,
  ) {
    this.keyspace = shape.keyspace;
    this.name = shape.name;
    this.options = shape.options;
    const ofKind = (kind: ColumnKind) => shape.columns.filter((column) => column.kind === kind);
    const byPosition = (left: Column, right: Column) => left.position - right.position;
    this.partitionKey = ofKind('partition_key').sort(byPosition);
    this.clustering = ofKind('clustering').sort(byPosition);
    const byName = (left: Column, right: Column) => (left.name < right.name ? -1 : 1);
    const others = [...ofKind('static').sort(byName), ...ofKind('regular').sort(byName)];
    this.columns = [...this.partitionKey, ...this.clustering, ...others];
    this.slots = others.reduce((slots, { slot }) => Math.max(slots, slot + 1), usedSlots);
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.compareClustering = clusteringComparator(this.clustering);
  }

  get nextSlot(): number {
    return this.slots;
  }

  /** The same table and data with other columns or options. */
  altered(shape: TableShape, addedSlots: number): Table {
    return new Table(shape, this.source, this.id, this.slots + addedSlots);
  }

  /** A virtual table's rows are made at each reading. */
  get data(): TableData {
    return typeof this.source === 'function' ? this.source() : this.source;
  }

  get isVirtual(): boolean {
    return typeof this.source === 'function';
  }

  get isCounter(): boolean {
    return this.columns.some(
      ({ kind, type }) => kind === 'regular' && type.kind === 'native' && type.name === 'counter',
    );
  }

  get hasStatics(): boolean {
    return this.columns.some(({ kind }) => kind === 'static');
  }

  find(name: string): Column | undefined {
    return this.byName.get(name);
  }

  /** The column, or the error that Cassandra answers for an unknown one. */
  column(name: string): Column {
    const column = this.byName.get(name);
    if (!column) throw invalid(`Undefined column name ${name} in table ${this.keyspace}.${this.name}`);
    return column;
  }

  /** The partition key as the partitioner sees it: plain for one column, else each part with its length and a zero. */
  serializeKey(parts: readonly Bytes[]): Bytes {
    if (parts.length === 1) return parts[0] ?? '';
    return parts.map((part) => `${int16Bytes((part.length << 16) >> 16)}${part}\u0000`).join('');
  }

  /** The values of the partition key's columns. */
  keyParts(key: Bytes): Bytes[] {
    if (this.partitionKey.length === 1) return [key];
    const parts: Bytes[] = [];
    for (let at = 0; at < key.length;) {
      const length = (key.charCodeAt(at) << 8) | key.charCodeAt(at + 1);
      parts.push(key.slice(at + 2, at + 2 + length));
      at += length + 3;
    }
    return parts;
  }
}

/** Shapes of a table's columns from their names and types, with slots for those that are not in the key. */
export function columnsOf(
  definitions: readonly { name: string; type: CqlType; isStatic: boolean }[],
  partitionKey: readonly string[],
  clustering: readonly string[],
  descending: ReadonlyMap<string, boolean>,
): Column[] {
  let slots = 0;
  return definitions.map(({ name, type, isStatic }): Column => {
    const inKey = partitionKey.indexOf(name);
    const inClustering = clustering.indexOf(name);
    const base = { name, type, descending: descending.get(name) ?? false };
    if (inKey >= 0) return { ...base, kind: 'partition_key', position: inKey, slot: -1 };
    if (inClustering >= 0) return { ...base, kind: 'clustering', position: inClustering, slot: -1 };
    return { ...base, kind: isStatic ? 'static' : 'regular', position: -1, slot: slots++ };
  });
}
