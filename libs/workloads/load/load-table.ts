import { CodedError } from '#libs/contract/coded-error.js';
import { textOf } from '#libs/cql/column-type.js';
import type { WireSession } from '#libs/cql/session.js';
import { agree } from '../stress/schema-setup.js';
import type { LoadSpec } from './load.schema.js';
import { RowCodec } from './row-codec.js';

/** A name as CQL takes it letter for letter. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const shownTable = ({ keyspace, table }: LoadSpec): string => `${keyspace}.${table}`;

function replicationCql({ create: { replication } }: LoadSpec): string {
  if ('factor' in replication) return `{'class': 'SimpleStrategy', 'replication_factor': ${replication.factor}}`;
  const each = Object.entries(replication.datacenters).map(([name, factor]) => `${literal(name)}: ${factor}`);
  return `{'class': 'NetworkTopologyStrategy', ${each.join(', ')}}`;
}

/** The statements that make keyspace and table of rows with these columns. Throws CodedError SCHEMA_FAILED. */
export function createCql(spec: LoadSpec, names: readonly string[]): [keyspace: string, table: string] {
  const { partitionKey, clustering, types } = spec.create;
  const columns = names.filter((name) => name !== spec.timestamp?.column);
  const missing = [...partitionKey, ...clustering].filter((name) => !columns.includes(name));
  const odd = columns.filter((name) => !/^[A-Za-z][A-Za-z0-9_]{0,47}$/.test(name));
  const problems = [
    ...missing.map((name) => `${name} of the primary key is no column of the files`),
    ...odd.map((name) => `${JSON.stringify(name)} cannot be the name of a column`),
    ...Object.keys(types).flatMap((name) =>
      columns.includes(name) ? [] : [`${name} has a type, but is no column of the files`],
    ),
  ];
  if (problems.length > 0)
    throw new CodedError(
      'SCHEMA_FAILED',
      `table ${shownTable(spec)} cannot be made of files with the columns ${columns.join(', ')}: ${problems.join('; ')}`,
    );
  const typeOf = (name: string): string => types[name] ?? (name === 'sort_key' ? 'uuid' : 'text');
  const cells = columns.map((name) => `${quoted(name)} ${typeOf(name)}`);
  const key = [`(${partitionKey.map(quoted).join(', ')})`, ...clustering.map(quoted)].join(', ');
  return [
    `CREATE KEYSPACE IF NOT EXISTS ${quoted(spec.keyspace)} WITH replication = ${replicationCql(spec)} AND durable_writes = true`,
    `CREATE TABLE IF NOT EXISTS ${quoted(spec.keyspace)}.${quoted(spec.table)} (${cells.join(', ')}, PRIMARY KEY (${key}))`,
  ];
}

/** Creates keyspace and table where they are missing. Throws CodedError SCHEMA_FAILED. */
export async function createTable(
  session: WireSession,
  spec: LoadSpec,
  names: readonly string[],
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  for (const cql of createCql(spec, names)) {
    await session.query(cql).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CodedError('SCHEMA_FAILED', `could not create table ${shownTable(spec)}: ${why}`, [], { cause });
    });
    await agree(session, pause);
  }
}

export interface TableColumn {
  name: string;
  kind: string;
}

/** The columns of the table. Throws CodedError KEYSPACE_UNKNOWN. */
export async function readTable(session: WireSession, spec: LoadSpec): Promise<TableColumn[]> {
  const rows = await session.query(
    `SELECT column_name, kind FROM system_schema.columns WHERE keyspace_name = ${literal(spec.keyspace)} AND table_name = ${literal(spec.table)}`,
  );
  if (rows.length > 0) return rows.map((row) => ({ name: textOf(row['column_name']), kind: textOf(row['kind']) }));
  throw new CodedError(
    'KEYSPACE_UNKNOWN',
    `the target has no table ${shownTable(spec)}: leave skipCreate (--skip-create) out to have it made, or name another`,
  );
}

/** Prepares the insert of rows with these columns. Throws CodedError SCHEMA_FAILED, or ServerError. */
export async function prepareInsert(
  session: WireSession,
  spec: LoadSpec,
  table: readonly TableColumn[],
  names: readonly string[],
): Promise<RowCodec> {
  const { timestamp, ttlS, emptyAs } = spec;
  const known = new Set(table.map(({ name }) => name));
  const bound = names.filter((name) => name !== timestamp?.column || known.has(name));
  const keys = table.filter(({ kind }) => kind === 'partition_key' || kind === 'clustering').map(({ name }) => name);
  const problems = [
    ...bound.flatMap((name) => (known.has(name) ? [] : [`${name} is no column of the table`])),
    ...keys.flatMap((name) => (bound.includes(name) ? [] : [`${name} of its primary key is no column of the files`])),
    ...(timestamp && !names.includes(timestamp.column)
      ? [`${timestamp.column}, the write time, is no column of the files`]
      : []),
  ];
  if (problems.length > 0)
    throw new CodedError(
      'SCHEMA_FAILED',
      `files with the columns ${names.join(', ')} do not fit table ${shownTable(spec)}: ${problems.join('; ')}; name the columns as they are in the table (--columns), or load into another table`,
    );
  const using = [...(ttlS === undefined ? [] : [`TTL ${ttlS}`]), ...(timestamp === undefined ? [] : ['TIMESTAMP ?'])];
  const cql = `INSERT INTO ${quoted(spec.keyspace)}.${quoted(spec.table)} (${bound.map(quoted).join(', ')}) VALUES (${bound.map(() => '?').join(', ')})${using.length > 0 ? ` USING ${using.join(' AND ')}` : ''}`;
  return new RowCodec(await session.prepare(cql), { names, keys, emptyAs, timestamp }, bound);
}
