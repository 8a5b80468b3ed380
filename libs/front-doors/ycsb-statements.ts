import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';

const KEY = 'y_id';

/** Names of the fields, in order. */
export const fieldsOf = ({ fieldCount, fieldNamePrefix }: YcsbSpec): string[] =>
  Array.from({ length: fieldCount }, (_, index) => `${fieldNamePrefix}${index}`);

/** Columns of the table with their types, the primary key first. */
export const ycsbColumns = (spec: YcsbSpec): Readonly<Record<string, string>> =>
  Object.fromEntries([KEY, ...fieldsOf(spec)].map((name) => [name, 'varchar']));

const nameOf = (spec: YcsbSpec, keyspace: string): string => `"${keyspace}"."${spec.table}"`;

/** Makes the table where it is missing. */
export const ycsbTableCql = (spec: YcsbSpec, keyspace: string): string =>
  `CREATE TABLE IF NOT EXISTS ${nameOf(spec, keyspace)} (${KEY} varchar PRIMARY KEY, ${fieldsOf(spec)
    .map((name) => `${name} varchar`)
    .join(', ')})`;

/** The statements of the load; lists have one for each field, or one for all of them. */
export interface YcsbStatements {
  insert: string;
  updates: string[];
  reads: string[];
  scans: string[];
}

/**
 * What the load sends, with what it binds in order: an insert the key and every field; an update its fields and the key; a
 * read the key; a scan its first key and how many rows. A read that is checked names its fields, so that their order is known.
 */
export function ycsbStatements(spec: YcsbSpec, keyspace: string): YcsbStatements {
  const table = nameOf(spec, keyspace);
  const fields = fieldsOf(spec);
  const all = spec.dataIntegrity ? fields.join(', ') : '*';
  const where = `WHERE ${KEY} = ?`;
  const from = (columns: string): string => `SELECT ${columns} FROM ${table}`;
  const scan = `WHERE token(${KEY}) >= token(?) LIMIT ?`;
  return {
    insert: `INSERT INTO ${table} (${[KEY, ...fields].join(', ')}) VALUES (${[KEY, ...fields].map(() => '?').join(', ')})`,
    updates: spec.writeAllFields
      ? [`UPDATE ${table} SET ${fields.map((field) => `${field} = ?`).join(', ')} ${where}`]
      : fields.map((field) => `UPDATE ${table} SET ${field} = ? ${where}`),
    reads: (spec.readAllFields ? [all] : fields).map((columns) => `${from(columns)} ${where} LIMIT 1`),
    scans: (spec.readAllFields ? ['*'] : fields).map((columns) => `${from(columns)} ${scan}`),
  };
}
