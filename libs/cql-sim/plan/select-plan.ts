import { invalid } from '../cql-error.js';
import { native } from '../lang/cql-type.js';
import type { Select } from '../lang/statement.js';
import { toBuffer, type Bytes } from '../storage/bytes.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Keyspace } from '../storage/schema.js';
import type { Table } from '../storage/table.js';
import type { Call, Variable } from './call.js';
import type { Environment, Plan } from './environment.js';
import { KeyPlan } from './key-plan.js';
import { decodePlace, encodePlace } from './paging-state.js';
import { RowFilter, needsFiltering } from './row-filter.js';
import { RowWalk } from './row-walk.js';
import { RowsMetadata } from './rows-metadata.js';
import { type Aggregate, compileSelection, type Selection } from './selection.js';
import type { TermCompiler, Value } from './term.js';
import { compileRelation, type Restriction } from './where.js';

const NO_LIMIT = 0x7fff_ffff;

function compileLimit(select: Select, which: 'limit' | 'perPartitionLimit', table: Table, compiler: TermCompiler) {
  const term = select[which];
  if (term === null) return null;
  const name = which === 'limit' ? '[limit]' : '[per_partition_limit]';
  return compiler.value(term, { keyspace: table.keyspace, table: table.name, name, type: native('int') });
}

function limitOf(value: Value | null, call: Call): number {
  const bytes = value?.(call);
  if (bytes === null || bytes === undefined) return NO_LIMIT;
  const limit = toBuffer(bytes).readInt32BE();
  if (limit <= 0) throw invalid('LIMIT must be strictly positive');
  return limit;
}

interface Page {
  partitions: Partition[];
  rows: (Row | null)[];
  state: Bytes | null;
}

/** SELECT. */
export class SelectPlan implements Plan {
  readonly access = 'read';
  readonly keyspace: string;
  readonly table: string;
  readonly metadata: RowsMetadata;
  readonly keyIndexes: readonly number[];
  private readonly limit: Value | null;
  private readonly perPartitionLimit: Value | null;
  private readonly walk: RowWalk;
  /** One key, one row and no paging to think of: what a benchmark reads. */
  private readonly isPoint: boolean;

  constructor(
    private readonly source: Table,
    private readonly home: Keyspace,
    private readonly environment: Environment,
    private readonly keys: KeyPlan | null,
    private readonly filter: RowFilter,
    restrictions: readonly Restriction[],
    private readonly selection: Selection,
    select: Select,
    compiler: TermCompiler,
  ) {
    this.keyspace = source.keyspace;
    this.table = source.name;
    this.variables = compiler.variables;
    this.keyIndexes = keys?.markers ?? [];
    this.metadata = new RowsMetadata(source.keyspace, source.name, selection.specs);
    this.limit = compileLimit(select, 'limit', source, compiler);
    this.perPartitionLimit = compileLimit(select, 'perPartitionLimit', source, compiler);
    this.isPoint =
      keys?.isSingle === true &&
      filter.isSingleRow &&
      !source.hasStatics &&
      !source.isVirtual &&
      selection.aggregates === null &&
      this.limit === null &&
      !select.distinct;
    this.walk = new RowWalk({
      table: source,
      keys,
      tokens: restrictions.filter(({ token }) => token),
      filter,
      reversed: isReversed(source, select, keys),
      distinct: select.distinct,
    });
  }

  readonly variables: readonly Variable[];

  run(call: Call): void {
    const { availability } = this.environment;
    availability.require(this.home, call.consistency, this.keys?.isSingle === true ? this.keys.key(call) : null);
    if (this.isPoint) this.runPoint(call);
    else if (this.selection.aggregates) this.runAggregates(call, this.selection.aggregates);
    else this.runPage(call);
  }

  private runPoint(call: Call): void {
    const key = this.keys?.key(call) ?? '';
    const partition = this.source.data.get(key);
    const clustered = this.source.clustering.length > 0;
    const row = clustered
      ? partition?.find(this.filter.prefix(call), this.source.compareClustering)
      : partition?.rows[0];
    if (!partition || !row?.isLive(call.wallMs)) {
      this.metadata.writeRows(call.out, call.skipMetadata, null, 0);
      return;
    }
    this.metadata.writeRows(call.out, call.skipMetadata, null, 1);
    this.writeRow(call, partition, row);
  }

  private writeRow(call: Call, partition: Partition, row: Row | null): void {
    const { slots, reads } = this.selection;
    if (slots && row) {
      for (let i = 0; i < slots.length; i++) call.out.value(row.read(slots[i] ?? 0, call.wallMs));
    } else {
      for (const read of reads) call.out.value(read(partition, row, call.wallMs));
    }
  }

  private runAggregates(call: Call, aggregates: readonly Aggregate[]): void {
    const sums = aggregates.map(({ empty }) => empty);
    const limit = limitOf(this.limit, call);
    let rows = 0;
    this.walk.walk(call, null, (partition, row) => {
      aggregates.forEach((aggregate, i) => {
        sums[i] = aggregate.add(sums[i] ?? null, aggregate.read?.(partition, row, call.wallMs) ?? null);
      });
      rows++;
      return rows < limit;
    });
    this.metadata.writeRows(call.out, call.skipMetadata, null, 1);
    for (const sum of sums) call.out.value(sum);
  }

  private runPage(call: Call): void {
    const page = this.page(call);
    this.metadata.writeRows(call.out, call.skipMetadata, page.state, page.rows.length);
    page.partitions.forEach((partition, i) => this.writeRow(call, partition, page.rows[i] ?? null));
  }

  private page(call: Call): Page {
    const from = call.pagingState === null ? null : decodePlace(call.pagingState);
    const perPartition = limitOf(this.perPartitionLimit, call);
    let remaining = from?.remaining ?? limitOf(this.limit, call);
    let inPartition = from?.remainingInPartition ?? perPartition;
    let current = from?.key ?? null;
    const page: Page = { partitions: [], rows: [], state: null };
    this.walk.walk(call, from, (partition, row) => {
      if (partition.key !== current) inPartition = perPartition;
      current = partition.key;
      if (inPartition <= 0) return true;
      if (remaining <= 0) return false;
      if (call.pageSize > 0 && page.rows.length === call.pageSize) {
        // There is one more row: the page ends at the last row given.
        const key = page.partitions.at(-1)?.key ?? '';
        const left = key === partition.key ? inPartition : 0;
        const clustering = [...(page.rows.at(-1)?.clustering ?? [])];
        page.state = encodePlace({ key, clustering, remaining, remainingInPartition: left });
        return false;
      }
      inPartition--;
      remaining--;
      page.partitions.push(partition);
      page.rows.push(row);
      return true;
    });
    return page;
  }
}

function isReversed(table: Table, { orderBy }: Select, keys: KeyPlan | null): boolean {
  if (orderBy.length === 0) return false;
  if (!keys) throw invalid('ORDER BY is only supported when the partition key is restricted by an EQ or an IN.');
  const turned = orderBy.map(({ column, descending }, i) => {
    const stored = table.clustering[i];
    if (stored?.name !== column)
      throw invalid(
        'Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY',
      );
    return stored.descending !== descending;
  });
  if (new Set(turned).size > 1) throw invalid('Unsupported order by relation');
  return turned[0] === true;
}

export function compileSelect(select: Select, environment: Environment, compiler: TermCompiler): SelectPlan {
  const table = environment.own(environment.schema.table(select.name, environment.currentKeyspace));
  const home = environment.schema.keyspace(table.keyspace);
  const selection = compileSelection(table, select);
  const restrictions = select.where.map((relation) => compileRelation(table, relation, compiler));
  const keys = KeyPlan.of(table, restrictions);
  const filter = new RowFilter(table, restrictions, keys !== null);
  const filtersToken = restrictions.some(({ token }) => token) && keys !== null;
  if (filtersToken) throw needsFiltering();
  if (!select.allowFiltering) filter.requireNoFiltering(keys !== null);
  return new SelectPlan(table, home, environment, keys, filter, restrictions, selection, select, compiler);
}
