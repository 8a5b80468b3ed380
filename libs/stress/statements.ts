import { populatedColumns } from './profile/partition.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

type Shape = Pick<StressPlanSpec, 'schema' | 'columns'>;

/** Columns of the run's tables: C0, C1 … unless they have names of their own. */
export const columnNames = ({ count, names }: Pick<StressPlanSpec['columns'], 'count' | 'names'>): string[] =>
  names ?? Array.from({ length: count }, (_, index) => `C${index}`);

/** The columns that rows have a value in: the first ones, as many as the row population ratio says. */
export function populatedNames({ columns, insert }: Pick<StressPlanSpec, 'columns' | 'insert'>): string[] {
  const names = columnNames(columns);
  const { distribution, divisor } = insert?.rowPopulation ?? { distribution: undefined, divisor: 1 };
  return distribution?.type === 'fixed'
    ? names.slice(0, populatedColumns(names.length, distribution.value / divisor))
    : names;
}

const options = (map: Readonly<Record<string, string>>): string =>
  Object.entries(map)
    .map(([name, value]) => `'${quoted(name)}' : '${quoted(value)}'`)
    .join(', ');
const quoted = (text: string): string => text.replaceAll("'", "''");
/** Table of each operation, by index. */
export const TABLES = ['standard1', 'standard1', 'counter1', 'counter1'] as const;
type Table = (typeof TABLES)[number];
/** Type of a table's cells. */
export const cellType = (table: Table): string => CELL_TYPE[table];

const CELL_TYPE: { [T in Table]: string } = { standard1: 'blob', counter1: 'counter' };
const tableName = ({ schema }: Pick<Shape, 'schema'>, table: Table): string => `"${schema.keyspace}"."${table}"`;

export const truncateCql = (keyspace: string, table: string): string => `TRUNCATE "${keyspace}"."${table}"`;

/** Statements of cassandra-stress's data commands: a write is an UPDATE, so a deleted row leaves no row marker. */
export const keyspaceCql = ({ schema }: Pick<Shape, 'schema'>): string =>
  `CREATE KEYSPACE IF NOT EXISTS "${schema.keyspace}" WITH replication = {${options({ class: schema.replication.strategy, ...schema.replication.options })}} AND durable_writes = true`;

export function tableCql({ schema, columns }: Shape, table: Table): string {
  const cells = columnNames(columns).map((name) => `"${name}" ${CELL_TYPE[table]}`);
  const compression = schema.compression === undefined ? '' : options({ sstable_compression: schema.compression });
  const compaction = schema.compaction
    ? ` AND compaction = {${options({ class: schema.compaction.strategy, ...schema.compaction.options })}}`
    : '';
  return `CREATE TABLE IF NOT EXISTS ${tableName({ schema }, table)} (key blob PRIMARY KEY, ${cells.join(', ')}) WITH compression = {${compression}}${compaction}`;
}

const set = (columns: Shape['columns'], cell: (name: string) => string): string =>
  columnNames(columns)
    .map((name) => cell(`"${name}"`))
    .join(', ');

/** The default write, as the original words it. */
export const writeCql = ({ schema, columns }: Shape): string =>
  `UPDATE ${tableName({ schema }, 'standard1')}${columns.timestampUs === undefined ? '' : ` USING TIMESTAMP ${columns.timestampUs}`} SET ${set(columns, (name) => `${name} = ?`)} WHERE key = ?`;

const increment = ({ schema, columns }: Shape): string =>
  `UPDATE ${tableName({ schema }, 'counter1')} SET ${set(columns, (name) => `${name} = ${name} + ?`)} WHERE key = ?`;

const read =
  (table: Table) =>
  ({ schema, columns }: Shape): string =>
    `SELECT ${set(columns, (name) => name)} FROM ${tableName({ schema }, table)} WHERE key = ?`;

/** Statement of each operation, by index. */
export const STATEMENTS: readonly ((shape: Shape) => string)[] = [
  read('standard1'),
  writeCql,
  increment,
  read('counter1'),
];
