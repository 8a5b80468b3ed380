import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { ycsbColumns, ycsbTableCql } from './ycsb-statements.js';
import { benchTableCql, columnsOf, tableOf } from './scylla-bench-statements.js';

/** The one table of a run in another tool's words. */
export interface DoorTable {
  name: string;
  /** Types by name. */
  columns: Readonly<Record<string, string>>;
  /** Columns of the primary key, in order. */
  key: readonly string[];
  createCql: string;
  /** False: it has to be there, since there is nothing to be read of a new one. */
  isWritten: boolean;
}

const WRITING = ['write', 'mixed', 'counter_update'];

/** The table of the run; undefined for runs of cassandra-stress. */
export function doorTable({ scyllaBench, ycsb, schema }: StressPlanSpec): DoorTable | undefined {
  if (scyllaBench) {
    return {
      name: tableOf(scyllaBench),
      columns: columnsOf(scyllaBench),
      key: ['pk', 'ck'],
      createCql: benchTableCql(scyllaBench, schema.keyspace),
      isWritten: WRITING.includes(scyllaBench.mode),
    };
  }
  if (ycsb) {
    return {
      name: ycsb.table,
      columns: ycsbColumns(ycsb),
      key: ['y_id'],
      createCql: ycsbTableCql(ycsb, schema.keyspace),
      isWritten: ycsb.phase === 'load',
    };
  }
  return undefined;
}
