import { parse } from '../lang/parse.js';
import type { Schema } from '../storage/schema.js';
import { Table, columnsOf } from '../storage/table.js';
import { SYSTEM_DDL, type Personality } from './system-ddl.js';
import { localRow, peerRow, type NodeIdentity } from './node-rows.js';
import { SCHEMA_ROWS } from './schema-rows.js';
import { dataOf, type VirtualRow } from './virtual-rows.js';

/** A virtual table from its CREATE TABLE; its rows are asked for at each reading. */
function virtualTable(ddl: string, rows: (name: string) => VirtualRow[]): Table {
  const { statement } = parse(ddl);
  if (statement.kind !== 'create-table') throw new TypeError(`not a CREATE TABLE: ${ddl}`);
  const { name, columns, partitionKey, clustering, descending, options } = statement;
  const shape = {
    keyspace: name.keyspace ?? 'system',
    name: name.table,
    columns: columnsOf(columns, partitionKey, clustering, descending),
    options,
  };
  const table: Table = new Table(shape, () => dataOf(table, rows(name.table)));
  return table;
}

function addTable(schema: Schema, table: Table): void {
  const existing = schema.keyspaces.get(table.keyspace);
  const keyspace = existing ?? {
    name: table.keyspace,
    replication: new Map([['class', 'org.apache.cassandra.locator.LocalStrategy']]),
    replicas: 1,
    durableWrites: true,
    isSystem: true,
    tables: new Map<string, Table>(),
  };
  keyspace.tables.set(table.name, table);
  schema.keyspaces.set(table.keyspace, keyspace);
}

/**
 * Puts the system tables into the schema. `system.*` gets no rows here: each node has its own (`ownTables`).
 * `distributedRows` are those of the tables of system_distributed, by name.
 */
export function addSystemTables(
  schema: Schema,
  personality: Personality,
  distributedRows: (name: string) => VirtualRow[] = () => [],
): void {
  for (const ddl of SYSTEM_DDL[personality]) {
    const isSchema = ddl.includes(' system_schema.');
    const isDistributed = ddl.includes(' system_distributed.');
    addTable(
      schema,
      virtualTable(ddl, (name) =>
        isDistributed ? distributedRows(name) : isSchema ? (SCHEMA_ROWS[name]?.(schema) ?? []) : [],
      ),
    );
  }
}

/** system.local and the peers as one node sees them, by table name. */
export function ownTables(
  schema: Schema,
  personality: Personality,
  self: NodeIdentity,
  all: readonly NodeIdentity[],
): Map<string, Table> {
  const rows = (name: string): VirtualRow[] =>
    name === 'local'
      ? [localRow(self, personality, schema.version)]
      : all.filter((node) => node !== self).map((node) => peerRow(node, personality, schema.version));
  const own = SYSTEM_DDL[personality].filter((ddl) => ddl.includes(' system.')).map((ddl) => virtualTable(ddl, rows));
  return new Map(own.map((table) => [table.name, table]));
}
