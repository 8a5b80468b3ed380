import { randomUUID } from 'node:crypto';
import { invalid } from '../cql-error.js';
import type { TableName } from '../lang/statement.js';
import type { MutationListener } from './mutation.js';
import type { Table } from './table.js';

export interface Keyspace {
  name: string;
  /** `class` and its options, as system_schema.keyspaces holds them. */
  replication: Map<string, string>;
  /** Copies of each row; the simulator knows one data center. */
  replicas: number;
  durableWrites: boolean;
  isSystem: boolean;
  tables: Map<string, Table>;
}

/** What SCHEMA_CHANGE events and answers say; `table` is null for a change of the keyspace itself. */
export interface SchemaChange {
  change: 'CREATED' | 'UPDATED' | 'DROPPED';
  keyspace: string;
  table: string | null;
}

/** Keyspaces and tables of the cluster. */
export class Schema {
  readonly keyspaces = new Map<string, Keyspace>();
  /** Changes with every change of the schema, as system.local.schema_version. */
  version = randomUUID();
  /** Told of every applied INSERT, UPDATE and DELETE without a clustering range. */
  mutated: MutationListener | undefined;
  private readonly listeners: ((change: SchemaChange) => void)[] = [];

  onChange(listener: (change: SchemaChange) => void): void {
    this.listeners.push(listener);
  }

  changed(change: SchemaChange): void {
    this.version = randomUUID();
    for (const listener of this.listeners) listener(change);
  }

  keyspace(name: string): Keyspace {
    const keyspace = this.keyspaces.get(name);
    if (!keyspace) throw invalid(`Keyspace '${name}' does not exist`);
    return keyspace;
  }

  /** The keyspace that a statement means: its own, else the connection's. */
  keyspaceOf(name: TableName, current: string | null): Keyspace {
    const wanted = name.keyspace ?? current;
    if (wanted === null) {
      throw invalid('No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename');
    }
    const keyspace = this.keyspaces.get(wanted);
    if (!keyspace) throw invalid(`keyspace ${wanted} does not exist`);
    return keyspace;
  }

  table(name: TableName, current: string | null): Table {
    const table = this.keyspaceOf(name, current).tables.get(name.table);
    if (!table) throw invalid(`unconfigured table ${name.table}`);
    return table;
  }
}
