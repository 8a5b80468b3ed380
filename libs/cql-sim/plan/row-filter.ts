import { invalid } from '../cql-error.js';
import type { Bytes } from '../storage/bytes.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Column, Table } from '../storage/table.js';
import type { Call } from './call.js';
import { bindTest, required, type Restriction } from './where.js';
import type { Value } from './term.js';

/** Reads a column of a stored row; `row` is null for a partition that has static cells only. */
export function readColumn(table: Table, column: Column, partition: Partition, row: Row | null, nowMs: number) {
  switch (column.kind) {
    case 'partition_key':
      return table.keyParts(partition.key)[column.position] ?? null;
    case 'clustering':
      return row?.clustering[column.position] ?? null;
    case 'static':
      return partition.statics?.read(column.slot, nowMs) ?? null;
    case 'regular':
      return row?.read(column.slot, nowMs) ?? null;
  }
}

export type RowTest = (partition: Partition, row: Row | null) => boolean;

/** Which rows of a partition a statement means: a prefix of the clustering key, found by search, and tests beyond it. */
export class RowFilter {
  private readonly prefixValues: readonly Value[];
  private readonly tests: readonly Restriction[];

  constructor(
    private readonly table: Table,
    restrictions: readonly Restriction[],
    hasWholeKeys: boolean,
  ) {
    const equal = table.clustering.map((column) =>
      restrictions.find((r) => r.operator === '=' && r.columns.length === 1 && r.columns[0] === column),
    );
    const unrestricted = equal.indexOf(undefined);
    const prefix = equal.slice(0, unrestricted < 0 ? equal.length : unrestricted).filter((r) => r !== undefined);
    this.prefixValues = prefix.flatMap(({ values }) => values);
    // Whole partition keys are looked up; anything else about the key is a test like any other.
    this.tests = restrictions.filter(
      (r) => !r.token && !prefix.includes(r) && !(hasWholeKeys && r.columns[0]?.kind === 'partition_key'),
    );
  }

  get isTrivial(): boolean {
    return this.prefixValues.length === 0 && this.tests.length === 0;
  }

  get restrictsRows(): boolean {
    return this.prefixValues.length > 0 || this.tests.some(({ columns }) => columns[0]?.kind === 'clustering');
  }

  /** The statement means exactly one row of a partition. */
  get isSingleRow(): boolean {
    return this.prefixValues.length === this.table.clustering.length && this.tests.length === 0;
  }

  get prefixLength(): number {
    return this.prefixValues.length;
  }

  prefix(call: Call): Bytes[] {
    return this.prefixValues.map((value, i) => required(value(call), this.table.clustering[i]?.name ?? ''));
  }

  bind(call: Call): RowTest | null {
    if (this.tests.length === 0) return null;
    const tests = this.tests.map((restriction) => ({ restriction, test: bindTest(restriction, call) }));
    return (partition, row) =>
      tests.every(({ restriction, test }) =>
        test(restriction.columns.map((column) => readColumn(this.table, column, partition, row, call.wallMs))),
      );
  }

  /** The stored rows under the clustering prefix, dead ones too; further tests are not asked. */
  rows(partition: Partition, call: Call): Row[] {
    if (this.prefixValues.length === 0) return [...partition.rows];
    const { compareClustering } = this.table;
    const prefix = this.prefix(call);
    const found: Row[] = [];
    for (let i = partition.lowerBound(prefix, compareClustering); i < partition.rows.length; i++) {
      const row = partition.rows[i];
      if (!row || compareClustering(row.clustering, prefix) !== 0) break;
      found.push(row);
    }
    return found;
  }

  /** The stored rows of a partition that are meant, dead ones too. */
  select(partition: Partition, call: Call): Row[] {
    const test = this.bind(call);
    const rows = this.rows(partition, call);
    return test === null ? rows : rows.filter((row) => test(partition, row));
  }

  /** Refuses what Cassandra answers only with ALLOW FILTERING. */
  requireNoFiltering(hasKeys: boolean): void {
    const last = this.prefixValues.length;
    for (const { columns, operator } of this.tests) {
      const [column] = columns;
      if (column?.kind === 'clustering' && hasKeys) {
        if (column.position > last && operator !== 'in' && !this.isRestricted(column.position - 1)) {
          throw invalid(
            `PRIMARY KEY column "${column.name}" cannot be restricted as preceding column ` +
              `"${this.table.clustering[column.position - 1]?.name ?? ''}" is not restricted`,
          );
        }
      } else {
        throw needsFiltering();
      }
    }
    if (!hasKeys && this.prefixValues.length > 0) throw needsFiltering();
  }

  private isRestricted(position: number): boolean {
    if (position < this.prefixValues.length) return true;
    return this.tests.some(({ columns }) => columns.some((c) => c.kind === 'clustering' && c.position === position));
  }
}

export const needsFiltering = () =>
  invalid(
    'Cannot execute this query as it might involve data filtering and thus may have unpredictable performance. ' +
      'If you want to execute this query despite the performance unpredictability, use ALLOW FILTERING',
  );
