import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

type Shape = Pick<StressPlanSpec, 'schema' | 'columns'>;

/** Columns of the default table: C0, C1 … */
export const columnNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `C${index}`);

const options = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .map(([name, value]) => `'${quoted(name)}' : '${quoted(value)}'`)
    .join(', ');
const quoted = (text: string): string => text.replaceAll("'", "''");
const tableName = ({ schema }: Pick<Shape, 'schema'>): string => `"${schema.keyspace}"."standard1"`;

/** Statements of cassandra-stress's data commands: a write is an UPDATE, so a deleted row leaves no row marker. */
export const keyspaceCql = ({ schema }: Pick<Shape, 'schema'>): string =>
  `CREATE KEYSPACE IF NOT EXISTS "${schema.keyspace}" WITH replication = {${options({ class: schema.replication.strategy, ...schema.replication.options })}} AND durable_writes = true`;

export function tableCql({ schema, columns }: Shape): string {
  const cells = columnNames(columns.count).map((name) => `"${name}" blob`);
  const compression = schema.compression === undefined ? '' : options({ sstable_compression: schema.compression });
  const compaction = schema.compaction
    ? ` AND compaction = {${options({ class: schema.compaction.strategy, ...schema.compaction.options })}}`
    : '';
  return `CREATE TABLE IF NOT EXISTS ${tableName({ schema })} (key blob PRIMARY KEY, ${cells.join(', ')}) WITH compression = {${compression}}${compaction}`;
}

export const writeCql = ({ schema, columns }: Shape): string =>
  `UPDATE ${tableName({ schema })} SET ${columnNames(columns.count)
    .map((name) => `"${name}" = ?`)
    .join(', ')} WHERE key = ?`;

export const readCql = ({ schema, columns }: Shape): string =>
  `SELECT ${columnNames(columns.count)
    .map((name) => `"${name}"`)
    .join(', ')} FROM ${tableName({ schema })} WHERE key = ?`;
