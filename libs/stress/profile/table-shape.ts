import { CodedError } from '#libs/contract/coded-error.js';
import { ColumnGenerator } from './column-generator.js';
import { parseCqlType, type UserTypes } from './cql-type.js';
import type { TableGenerators } from './partition.js';
import type { Profile } from './profile.js';

/** A column as system_schema.columns tells of it. */
export interface TableColumn {
  name: string;
  type: string;
  kind: string;
  position: number;
}

/** Generators for the columns of a profile's table. Throws CodedError VALIDATION_FAILED for a columnspec of no column. */
export function tableGenerators(
  profile: Pick<Profile, 'columns' | 'table'>,
  columns: readonly TableColumn[],
  userTypes: UserTypes = new Map(),
  order?: TableGenerators['order'],
): TableGenerators {
  const unknown = [...profile.columns.keys()].filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0)
    throw new CodedError(
      'VALIDATION_FAILED',
      `columnspec names ${unknown.join(', ')}, and table ${profile.table} has only ${columns.map(({ name }) => name).join(', ')}`,
    );
  const generators = (...kinds: string[]) =>
    columns
      .filter((column) => kinds.includes(column.kind))
      .toSorted((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1))
      .map(
        ({ name, type }) => new ColumnGenerator(name, parseCqlType(type, userTypes), profile.columns.get(name) ?? {}),
      );
  return {
    partitionKey: generators('partition_key'),
    clustering: generators('clustering'),
    values: generators('regular', 'static'),
    order,
  };
}

const quoted = (name: string): string => `"${name}"`;
const isGrown = (type: string): boolean => /^(list|set|counter)\b/.test(type);

/**
 * The statement that writes one row: values first, then the key. As the original does, an UPDATE that adds to lists, sets
 * and counters; an INSERT when a table has nothing but its key.
 */
export function insertCql(
  { keyspace, table }: Pick<Profile, 'keyspace' | 'table'>,
  generators: TableGenerators,
  columns: readonly TableColumn[],
): string {
  const key = [...generators.partitionKey, ...generators.clustering].map(({ name }) => name);
  const name = `${quoted(keyspace)}.${quoted(table)}`;
  if (generators.values.length === 0)
    return `INSERT INTO ${name} (${key.map(quoted).join(', ')}) VALUES (${key.map(() => '?').join(', ')})`;
  const set = generators.values.map((column) => {
    const type = columns.find((one) => one.name === column.name)?.type ?? '';
    return `${quoted(column.name)} = ${isGrown(type) ? `${quoted(column.name)} + ` : ''}?`;
  });
  return `UPDATE ${name} SET ${set.join(', ')} WHERE ${key.map((column) => `${quoted(column)} = ?`).join(' AND ')}`;
}
