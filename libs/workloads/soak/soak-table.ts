import { CodedError } from '#libs/contract/coded-error.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { frameTemplate } from '#libs/cql/frame-template.js';
import { ServerError } from '#libs/cql/server-error.js';
import type { WireSession } from '#libs/cql/session.js';
import { agree } from '#libs/workloads/stress/schema-setup.js';
import type { ReadTemplates } from './read-target.js';
import type { SoakSpec } from './soak.schema.js';
import { SOAK_COLUMNS, TYPE_ID } from './soak-columns.js';

type Named = Pick<SoakSpec, 'keyspace' | 'table'>;

const KEY_BYTES = 16;
/** What the original's readers ask for. */
const PLAIN_COLUMNS = 3;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const tableOf = ({ keyspace, table }: Named): string => `"${keyspace}"."${table}"`;
const namesOf = (columns: readonly { name: string }[]): string => columns.map(({ name }) => name).join(', ');

/** Copies by datacenter. CodedError SCHEMA_FAILED when nobody said of which one. */
export function replicasOf(
  { replication }: Pick<SoakSpec, 'replication'>,
  localDatacenter: string | undefined,
  found: readonly string[],
): Record<string, number> {
  if ('datacenters' in replication) return replication.datacenters;
  const all = [...new Set(found)];
  const local = localDatacenter ?? (all.length === 1 ? all[0] : undefined);
  if (local !== undefined) return { [local]: replication.factor };
  throw new CodedError(
    'SCHEMA_FAILED',
    `the keyspace cannot be made: the target has the datacenters ${all.join(', ')}; name one in target.localDatacenter (SCY_LOCAL_DC), or copies of each in spec.replication.datacenters`,
  );
}

/** The statements that make keyspace and table, as the original has them. */
export function createCql(spec: Named, replicas: Readonly<Record<string, number>>): [keyspace: string, table: string] {
  const each = Object.entries(replicas).map(([name, factor]) => `${literal(name)}: ${factor}`);
  const cells = SOAK_COLUMNS.map(({ name, cql }, index) => `${name} ${cql}${index === 0 ? ' PRIMARY KEY' : ''}`);
  return [
    `CREATE KEYSPACE IF NOT EXISTS "${spec.keyspace}" WITH replication = {'class': 'NetworkTopologyStrategy', ${each.join(', ')}} AND durable_writes = true`,
    `CREATE TABLE IF NOT EXISTS ${tableOf(spec)} (${cells.join(', ')}) WITH default_time_to_live = 0`,
  ];
}

/** Creates keyspace and table where they are missing; answers whether any was. Throws CodedError SCHEMA_FAILED. */
export async function createMissing(
  session: WireSession,
  spec: SoakSpec,
  localDatacenter: string | undefined,
  pause: (ms: number) => Promise<void>,
): Promise<boolean> {
  const there = await session.query(
    `SELECT table_name FROM system_schema.tables WHERE keyspace_name = ${literal(spec.keyspace)} AND table_name = ${literal(spec.table)}`,
  );
  if (there.length > 0) return false;
  const datacenters = session.nodes.map(({ datacenter }) => datacenter);
  for (const cql of createCql(spec, replicasOf(spec, localDatacenter, datacenters))) {
    await session.query(cql).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CodedError('SCHEMA_FAILED', `could not create table ${tableOf(spec)}: ${why}`, [], { cause });
    });
    await agree(session, pause);
  }
  return true;
}

async function prepared(session: WireSession, spec: Named, cql: string): Promise<PreparedStatement> {
  try {
    return await session.prepare(cql);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    throw new CodedError(
      'SCHEMA_FAILED',
      `table ${tableOf(spec)} is of another shape: ${error.message}; ${OTHER_NAME}`,
    );
  }
}

const OTHER_NAME = 'drop it, or name another with spec.table (--table, SCY_TABLE)';

/** Prepares the insert of a row. Throws CodedError SCHEMA_FAILED where the table is of another shape. */
export async function prepareInsert(session: WireSession, spec: Named): Promise<PreparedStatement> {
  const marks = SOAK_COLUMNS.map(() => '?').join(', ');
  const insert = await prepared(
    session,
    spec,
    `INSERT INTO ${tableOf(spec)} (${namesOf(SOAK_COLUMNS)}) VALUES (${marks})`,
  );
  const odd = SOAK_COLUMNS.filter(({ cql }, index) => insert.columns[index]?.type.id !== TYPE_ID[cql]);
  if (odd.length === 0 && insert.partitionKey.join() === '0') return insert;
  const problems = odd.map(({ name, cql }) => `column ${name}: expected ${cql}`);
  throw new CodedError(
    'SCHEMA_FAILED',
    `table ${tableOf(spec)} is of another shape (${problems.join('; ') || 'its primary key is not id alone'}): ${OTHER_NAME}`,
  );
}

/** Prepares both reads. Throws CodedError SCHEMA_FAILED. */
export async function prepareReads(
  session: WireSession,
  spec: Named & Pick<SoakSpec, 'consistencyLevel'>,
): Promise<ReadTemplates> {
  const read = async (columns: readonly { name: string }[]) => {
    const cql = `SELECT ${namesOf(columns)} FROM ${tableOf(spec)} WHERE id = ?`;
    return frameTemplate(await prepared(session, spec, cql), spec.consistencyLevel, [KEY_BYTES]);
  };
  return { plain: await read(SOAK_COLUMNS.slice(0, PLAIN_COLUMNS)), whole: await read(SOAK_COLUMNS) };
}
