import { CodedError } from '#libs/contract/coded-error.js';
import { textOf } from '#libs/cql/column-type.js';
import type { WireSession } from '#libs/cql/session.js';
import { doorTable } from '#libs/front-doors/door-table.js';
import { operationsOf } from '#libs/stress/operations.js';
import { cellType, columnNames, keyspaceCql, tableCql, TABLES, truncateCql } from '#libs/stress/statements.js';
import { replicasOf, unreachableConsistency, type ReplicasByDatacenter } from './consistency.js';
import type { ConsistencyLevel } from './consistency-level.schema.js';
import type { StressPlanSpec } from './stress.schema.js';

/** How long nodes may take to agree on a new schema. */
const AGREEMENT_TRIES = 100;
const AGREEMENT_PAUSE_MS = 100;
/** A table may differ in a thousand columns. */
const SHOWN_PROBLEMS = 10;

/** The tables of a run's operations. */
export function tablesOf(spec: StressPlanSpec): string[] {
  const table = doorTable(spec);
  if (table) return [table.name];
  return spec.operation === 'user' ? [] : [...tablesWritten(spec)];
}

const tablesWritten = (spec: StressPlanSpec): Set<(typeof TABLES)[number]> =>
  new Set(operationsOf(spec).flatMap((operation) => TABLES[operation] ?? []));

/** Creates keyspace and tables where they are missing, and waits until all nodes have the same schema version. */
export async function createSchema(
  session: WireSession,
  spec: StressPlanSpec,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  try {
    await session.query(keyspaceCql(spec));
    await agree(session, pause);
    for (const table of tablesWritten(spec)) {
      await session.query(tableCql(spec, table));
      await agree(session, pause);
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError(
      'SCHEMA_FAILED',
      `could not create keyspace ${spec.schema.keyspace} and its table: ${cause}`,
      [],
      { cause: error },
    );
  }
}

/** Empties the run's tables. CodedError SCHEMA_FAILED when the target refuses. */
export async function truncate(session: WireSession, keyspace: string, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await session.query(truncateCql(keyspace, table), 'ALL').catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CodedError('SCHEMA_FAILED', `could not truncate ${table}: ${why}`, [], { cause });
    });
  }
}

/** Waits until all nodes have the same schema. CodedError SCHEMA_FAILED. */
export async function agree(session: WireSession, pause: (ms: number) => Promise<void>): Promise<void> {
  for (let tries = 0; tries < AGREEMENT_TRIES; tries++) {
    const [own, peers] = await Promise.all([
      session.query(`SELECT schema_version FROM system.local WHERE key = 'local'`),
      session.query('SELECT schema_version FROM system.peers'),
    ]);
    const versions = [...own, ...peers].map((row) => textOf(row['schema_version'])).filter((version) => version !== '');
    if (new Set(versions).size <= 1) return;
    await pause(AGREEMENT_PAUSE_MS);
  }
  throw new CodedError(
    'SCHEMA_FAILED',
    `the nodes did not agree on a schema within ${(AGREEMENT_TRIES * AGREEMENT_PAUSE_MS) / 1000} s`,
  );
}

/**
 * Refuses tables that rows of the run do not fit: they were there before, with other columns. CodedError SCHEMA_FAILED; a
 * table that is not there at all is KEYSPACE_UNKNOWN.
 */
export async function checkTables(session: WireSession, spec: StressPlanSpec): Promise<void> {
  for (const table of tablesWritten(spec)) await checkTable(session, spec, table);
}

async function checkTable(
  session: WireSession,
  { schema: { keyspace }, columns }: StressPlanSpec,
  table: (typeof TABLES)[number],
): Promise<void> {
  const rows = await session.query(
    `SELECT column_name, type, kind FROM system_schema.columns WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`,
  );
  if (rows.length === 0) {
    throw new CodedError(
      'KEYSPACE_UNKNOWN',
      `keyspace ${keyspace} of the target has no table ${table}: write it first, or name another keyspace with -schema keyspace=`,
    );
  }
  const found = new Map(
    rows.map((row) => [textOf(row['column_name']), { type: textOf(row['type']), kind: textOf(row['kind']) }]),
  );
  const wanted = columnNames(columns);
  const expected = (name: string) => (name === 'key' ? 'blob' : cellType(table));
  const problems = ['key', ...wanted]
    .filter((name) => found.get(name)?.type !== expected(name))
    .map((name) => `column ${name}: expected ${expected(name)}, found ${found.get(name)?.type ?? 'none'}`);
  // Columns of a compact table, as cassandra-stress 3.x makes it, are static beside a hidden clustering column.
  const isStatic = wanted.every((name) => found.get(name)?.kind === 'static');
  const key = [...found.keys()].filter((name) => {
    const kind = found.get(name)?.kind;
    return kind === 'partition_key' || (kind === 'clustering' && !isStatic);
  });
  if (found.has('key') && key.join() !== 'key')
    problems.push(`primary key: expected key, found ${key.sort().join(', ')}`);
  if (problems.length === 0) return;
  throw new CodedError(
    'SCHEMA_FAILED',
    `table ${table} in keyspace ${keyspace} is of another shape (${problems.slice(0, SHOWN_PROBLEMS).join('; ')}): drop it, use -col n= to fit it, or name another keyspace with -schema keyspace=`,
  );
}

/** Replication of the run's keyspace; CodedError KEYSPACE_UNKNOWN when it is not there. */
async function replication(session: WireSession, keyspace: string): Promise<ReplicasByDatacenter> {
  const rows = await session.query(
    `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`,
  );
  const found = rows[0]?.['replication'];
  if (!(found instanceof Map)) {
    throw new CodedError(
      'KEYSPACE_UNKNOWN',
      `keyspace ${keyspace} does not exist on the target: write it first, or name another with -schema keyspace=`,
    );
  }
  const options = Object.fromEntries([...found].map(([name, value]) => [textOf(name), textOf(value)]));
  return replicasOf(options, [...new Set(session.nodes.map((node) => node.datacenter))]);
}

/** Refuses a consistency level that can never be met: CodedError CONSISTENCY_UNREACHABLE. */
export async function checkConsistency(
  session: WireSession,
  spec: StressPlanSpec,
  localDatacenter: string | undefined,
): Promise<void> {
  await checkReplicas(session, spec.schema.keyspace, spec.consistencyLevel, localDatacenter);
}

/** The same for any keyspace. */
export async function checkReplicas(
  session: WireSession,
  keyspace: string,
  level: ConsistencyLevel,
  localDatacenter: string | undefined,
): Promise<void> {
  const replicas = await replication(session, keyspace);
  const reason = unreachableConsistency(level, keyspace, replicas, session.upNodes, localDatacenter);
  if (reason) throw new CodedError('CONSISTENCY_UNREACHABLE', reason);
}
