import type { Cursor } from './cursor.js';
import { parseType } from './cql-type.js';
import { parseTableName } from './parse-where.js';
import type { ColumnDefinition, CreateTable, OptionValue, SchemaStatement } from './statement.js';

function scalar(cursor: Cursor): string {
  const token = cursor.next();
  if (token.kind === 'symbol' || token.kind === 'end' || token.kind === 'marker') throw cursor.noAlternative();
  return token.text;
}

function optionValue(cursor: Cursor): OptionValue {
  if (!cursor.acceptSymbol('{')) return scalar(cursor);
  const entries = new Map<string, string>();
  if (cursor.acceptSymbol('}')) return entries;
  cursor.list(() => {
    const key = scalar(cursor);
    cursor.expectSymbol(':');
    entries.set(key, scalar(cursor));
  });
  cursor.expectSymbol('}');
  return entries;
}

interface TableOptions {
  options: Map<string, OptionValue>;
  descending: Map<string, boolean>;
}

function clusteringOrder(cursor: Cursor, descending: Map<string, boolean>): void {
  cursor.expectSymbol('(');
  cursor.list(() => {
    const column = cursor.name();
    descending.set(column, cursor.acceptWord('desc'));
    if (!descending.get(column)) cursor.acceptWord('asc');
  });
  cursor.expectSymbol(')');
}

/** WITH a = 1 AND b = {…} AND CLUSTERING ORDER BY (c DESC). */
function withOptions(cursor: Cursor): TableOptions {
  const found: TableOptions = { options: new Map(), descending: new Map() };
  if (!cursor.acceptWord('with')) return found;
  do {
    if (cursor.acceptWord('clustering', 'order', 'by')) {
      clusteringOrder(cursor, found.descending);
    } else if (cursor.acceptWord('compact', 'storage')) {
      found.options.set('compact_storage', 'true');
    } else {
      const name = cursor.name();
      cursor.expectSymbol('=');
      found.options.set(name, optionValue(cursor));
    }
  } while (cursor.acceptWord('and'));
  return found;
}

function primaryKey(cursor: Cursor, table: CreateTable): void {
  cursor.expectSymbol('(');
  if (cursor.acceptSymbol('(')) {
    table.partitionKey = cursor.list(() => cursor.name());
    cursor.expectSymbol(')');
  } else {
    table.partitionKey = [cursor.name()];
  }
  if (cursor.acceptSymbol(',')) table.clustering = cursor.list(() => cursor.name());
  cursor.expectSymbol(')');
}

function columnDefinition(cursor: Cursor): ColumnDefinition {
  const name = cursor.name();
  const type = parseType(cursor);
  return { name, type, isStatic: cursor.acceptWord('static') };
}

export function parseCreateTable(cursor: Cursor, ifNotExists: boolean): CreateTable {
  const table: CreateTable = {
    kind: 'create-table',
    name: parseTableName(cursor),
    ifNotExists,
    columns: [],
    partitionKey: [],
    clustering: [],
    descending: new Map(),
    options: new Map(),
  };
  cursor.expectSymbol('(');
  cursor.list(() => {
    // Cassandra's grammar takes an empty item after a comma, and cassandra-stress writes one.
    if (cursor.isSymbol(',') || cursor.isSymbol(')')) return;
    if (cursor.acceptWord('primary', 'key')) return primaryKey(cursor, table);
    const column = columnDefinition(cursor);
    table.columns.push(column);
    if (cursor.acceptWord('primary', 'key')) table.partitionKey = [column.name];
  });
  cursor.expectSymbol(')');
  return { ...table, ...withOptions(cursor) };
}

function alterTable(cursor: Cursor): SchemaStatement {
  const name = parseTableName(cursor);
  const changes: { add: ColumnDefinition[]; drop: string[]; options: Map<string, OptionValue> } = {
    add: [],
    drop: [],
    options: new Map(),
  };
  const bracketedList = <T>(item: () => T): T[] => {
    const bracketed = cursor.acceptSymbol('(');
    const items = cursor.list(item);
    if (bracketed) cursor.expectSymbol(')');
    return items;
  };
  if (cursor.acceptWord('add')) changes.add = bracketedList(() => columnDefinition(cursor));
  else if (cursor.acceptWord('drop')) changes.drop = bracketedList(() => cursor.name());
  else if (cursor.isWord('with')) changes.options = withOptions(cursor).options;
  else throw cursor.noAlternative();
  return { kind: 'alter-table', name, ...changes };
}

const acceptTable = (cursor: Cursor): boolean => cursor.acceptWord('table') || cursor.acceptWord('columnfamily');

export function parseCreate(cursor: Cursor): SchemaStatement {
  cursor.expectWord('create');
  const isKeyspace = cursor.acceptWord('keyspace') || cursor.acceptWord('schema');
  if (!isKeyspace && !acceptTable(cursor)) throw cursor.noAlternative();
  const ifClause = cursor.acceptWord('if', 'not', 'exists');
  if (!isKeyspace) return parseCreateTable(cursor, ifClause);
  return { kind: 'create-keyspace', keyspace: cursor.name(), ifClause, options: withOptions(cursor).options };
}

export function parseAlter(cursor: Cursor): SchemaStatement {
  cursor.expectWord('alter');
  if (acceptTable(cursor)) return alterTable(cursor);
  if (!cursor.acceptWord('keyspace') && !cursor.acceptWord('schema')) throw cursor.noAlternative();
  const ifClause = cursor.acceptWord('if', 'exists');
  return { kind: 'alter-keyspace', keyspace: cursor.name(), ifClause, options: withOptions(cursor).options };
}

export function parseDrop(cursor: Cursor): SchemaStatement {
  cursor.expectWord('drop');
  const isKeyspace = cursor.acceptWord('keyspace') || cursor.acceptWord('schema');
  if (!isKeyspace && !acceptTable(cursor)) throw cursor.noAlternative();
  const ifExists = cursor.acceptWord('if', 'exists');
  if (isKeyspace) return { kind: 'drop-keyspace', keyspace: cursor.name(), ifExists };
  return { kind: 'drop-table', name: parseTableName(cursor), ifExists };
}

export function parseTruncate(cursor: Cursor): SchemaStatement {
  cursor.expectWord('truncate');
  acceptTable(cursor);
  return { kind: 'truncate', name: parseTableName(cursor) };
}
