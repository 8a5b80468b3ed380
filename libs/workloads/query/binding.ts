import { CodedError } from '#libs/contract/coded-error.js';
import type { ColumnSpec, ColumnType } from '#libs/cql/column-type.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import { codecOf } from '#libs/workloads/load/cell-codec.js';
import type { QuerySpec } from './query.schema.js';

/** A dry run has no statement that would tell types. */
const TEXT: ColumnType = { id: CQL_TYPE.VARCHAR, of: [] };

export interface BoundColumn {
  /** Of the CSV. */
  name: string;
  type: ColumnType;
}

/** Which columns of the CSV a statement takes, and which of its answer are compared. */
export interface Binding {
  bound: readonly BoundColumn[];
  /** Of the partition key, where `bound` has all of it: indexes. */
  partitionKey: readonly number[];
  /** Every cell of a row that is answered, by name; empty when nothing is compared. */
  answered: readonly ColumnSpec[];
  /** These have to be compared; undefined: those that both have. */
  compared: readonly string[] | undefined;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The statement of a query run. */
export const statementOf = ({ statement, keyspace, table, keyColumn }: QuerySpec): string =>
  statement?.replace(/;\s*$/, '') ??
  `SELECT * FROM ${quoted(keyspace)}.${quoted(table)} WHERE ${quoted(keyColumn)} = ?`;

const refused = (message: string): CodedError => new CodedError('VALIDATION_FAILED', message);

function checkTypes(columns: readonly BoundColumn[], use: string): void {
  const odd = columns.filter(({ type }) => codecOf(type.id) === undefined).map(({ name }) => name);
  if (odd.length > 0)
    throw refused(
      `${odd.join(', ')} cannot be ${use}: expected columns of simple types, found collections, tuples or other ones that no CSV field holds`,
    );
}

/** Fits a prepared statement to the CSV. Throws CodedError VALIDATION_FAILED. */
export function bindStatement(spec: QuerySpec, statement: PreparedStatement): Binding {
  const { bind, check } = spec;
  if (bind !== undefined && bind.length !== statement.columns.length)
    throw refused(
      `expected as many columns in bind as the statement has ?, ${statement.columns.length}, found ${bind.length}`,
    );
  const bound = statement.columns.map(({ name, type }, index) => ({ name: bind?.[index] ?? name, type }));
  checkTypes(bound, 'bound from CSV');
  const answered = check.payload ? statement.resultColumns : [];
  const absent = (check.columns ?? []).filter((name) => !answered.some((column) => column.name === name));
  if (check.payload && absent.length > 0)
    throw refused(
      `${absent.join(', ')} cannot be compared: the statement answers ${answered.map(({ name }) => name).join(', ')}`,
    );
  checkTypes(
    answered.filter(({ name }) => check.columns?.includes(name)),
    'compared with CSV',
  );
  return { bound, partitionKey: statement.partitionKey, answered, compared: check.columns };
}

/** What a dry run takes in place of a statement. */
export const bindDry = ({ bind, keyColumn }: QuerySpec): Binding => ({
  bound: (bind ?? [keyColumn]).map((name) => ({ name, type: TEXT })),
  partitionKey: [],
  answered: [],
  compared: undefined,
});
