import { ERROR_CODE, RESULT_KIND } from '#libs/cql/protocol.js';
import { CqlError, configuration, invalid } from '../cql-error.js';
import type { OptionValue, SchemaStatement } from '../lang/statement.js';
import type { SchemaChange } from '../storage/schema.js';
import type { Call } from './call.js';
import { writeVoid } from './condition.js';
import type { Environment, Plan } from './environment.js';
import { parseReplication } from './replication.js';
import { alteredTable, createdTable } from './table-change.js';

/** Carries a schema statement out; null when there was nothing to do (IF NOT EXISTS, IF EXISTS). */
type Change = (environment: Environment) => SchemaChange | null;

type Of<K extends SchemaStatement['kind']> = Extract<SchemaStatement, { kind: K }>;

const alreadyExists = (message: string, keyspace: string, table: string): CqlError =>
  new CqlError(ERROR_CODE.ALREADY_EXISTS, message, { kind: 'already-exists', keyspace, table });

function requireUserKeyspace(keyspace: { name: string; isSystem: boolean }): void {
  if (keyspace.isSystem)
    throw new CqlError(ERROR_CODE.UNAUTHORIZED, `${keyspace.name} keyspace is not user-modifiable.`);
}

function requireKeyspaceOptions(options: ReadonlyMap<string, OptionValue>): void {
  for (const name of options.keys()) {
    if (name !== 'replication' && name !== 'durable_writes' && name !== 'tablets') {
      throw new CqlError(ERROR_CODE.SYNTAX, `Unknown property '${name}'`);
    }
  }
}

const isDurable = (options: ReadonlyMap<string, OptionValue>): boolean => options.get('durable_writes') !== 'false';

const createKeyspace =
  ({ keyspace: name, ifClause, options }: Of<'create-keyspace' | 'alter-keyspace'>): Change =>
  ({ schema, dataCenter }) => {
    if (schema.keyspaces.has(name)) {
      if (ifClause) return null;
      throw alreadyExists(`Cannot add existing keyspace "${name}"`, name, '');
    }
    if (name.length > 48 || !/^\w+$/.test(name)) throw invalid(`"${name}" is not a valid keyspace name`);
    requireKeyspaceOptions(options);
    const { options: replication, replicas } = parseReplication(options.get('replication'), dataCenter, name);
    const durableWrites = isDurable(options);
    schema.keyspaces.set(name, { name, replication, replicas, durableWrites, isSystem: false, tables: new Map() });
    return { change: 'CREATED', keyspace: name, table: null };
  };

const alterKeyspace =
  ({ keyspace: name, ifClause, options }: Of<'create-keyspace' | 'alter-keyspace'>): Change =>
  ({ schema, dataCenter }) => {
    if (ifClause && !schema.keyspaces.has(name)) return null;
    const keyspace = schema.keyspace(name);
    requireUserKeyspace(keyspace);
    requireKeyspaceOptions(options);
    const option = options.get('replication');
    if (option !== undefined) {
      const parsed = parseReplication(option, dataCenter, name);
      keyspace.replication = parsed.options;
      keyspace.replicas = parsed.replicas;
    }
    if (options.has('durable_writes')) keyspace.durableWrites = isDurable(options);
    return { change: 'UPDATED', keyspace: name, table: null };
  };

const dropKeyspace =
  ({ keyspace: name, ifExists }: Of<'drop-keyspace'>): Change =>
  ({ schema }) => {
    const keyspace = schema.keyspaces.get(name);
    if (!keyspace && ifExists) return null;
    if (!keyspace) throw configuration(`Cannot drop non existing keyspace '${name}'.`);
    requireUserKeyspace(keyspace);
    for (const table of keyspace.tables.values()) table.data.clear();
    schema.keyspaces.delete(name);
    return { change: 'DROPPED', keyspace: name, table: null };
  };

const createTable =
  (statement: Of<'create-table'>): Change =>
  ({ schema, currentKeyspace, budget }) => {
    const keyspace = schema.keyspaceOf(statement.name, currentKeyspace);
    requireUserKeyspace(keyspace);
    const name = statement.name.table;
    if (keyspace.tables.has(name)) {
      if (statement.ifNotExists) return null;
      throw alreadyExists(
        `Cannot add already existing table "${name}" to keyspace "${keyspace.name}"`,
        keyspace.name,
        name,
      );
    }
    keyspace.tables.set(name, createdTable(statement, keyspace, budget));
    return { change: 'CREATED', keyspace: keyspace.name, table: name };
  };

const alterTable =
  (statement: Of<'alter-table'>): Change =>
  ({ schema, currentKeyspace }) => {
    const table = schema.table(statement.name, currentKeyspace);
    const keyspace = schema.keyspace(table.keyspace);
    requireUserKeyspace(keyspace);
    keyspace.tables.set(table.name, alteredTable(table, statement));
    return { change: 'UPDATED', keyspace: table.keyspace, table: table.name };
  };

const dropTable =
  ({ name, ifExists }: Of<'drop-table'>): Change =>
  ({ schema, currentKeyspace }) => {
    const keyspace = schema.keyspaceOf(name, currentKeyspace);
    const table = keyspace.tables.get(name.table);
    if (!table && ifExists) return null;
    if (!table) throw invalid(`Table '${keyspace.name}.${name.table}' doesn't exist`);
    requireUserKeyspace(keyspace);
    table.data.clear();
    keyspace.tables.delete(name.table);
    return { change: 'DROPPED', keyspace: keyspace.name, table: name.table };
  };

const truncate =
  ({ name }: Of<'truncate'>): Change =>
  ({ schema, currentKeyspace }) => {
    const table = schema.table(name, currentKeyspace);
    requireUserKeyspace(schema.keyspace(table.keyspace));
    table.data.clear();
    return null;
  };

function changeOf(statement: SchemaStatement): Change {
  switch (statement.kind) {
    case 'create-keyspace':
      return createKeyspace(statement);
    case 'alter-keyspace':
      return alterKeyspace(statement);
    case 'drop-keyspace':
      return dropKeyspace(statement);
    case 'create-table':
      return createTable(statement);
    case 'alter-table':
      return alterTable(statement);
    case 'drop-table':
      return dropTable(statement);
    case 'truncate':
      return truncate(statement);
  }
}

/** Writes what RESULT Schema_change and EVENT SCHEMA_CHANGE both carry. */
export function writeSchemaChange(out: Call['out'], { change, keyspace, table }: SchemaChange): void {
  out.string(change);
  out.string(table === null ? 'KEYSPACE' : 'TABLE');
  out.string(keyspace);
  if (table !== null) out.string(table);
}

export function compileSchema(statement: SchemaStatement, environment: Environment): Plan {
  const change = changeOf(statement);
  return {
    access: 'schema',
    keyspace: '',
    table: '',
    variables: [],
    keyIndexes: [],
    metadata: null,
    run: (call) => {
      const done = change(environment);
      if (done === null) return writeVoid(call);
      environment.schema.changed(done);
      call.out.int32(RESULT_KIND.SCHEMA_CHANGE);
      writeSchemaChange(call.out, done);
    },
  };
}
