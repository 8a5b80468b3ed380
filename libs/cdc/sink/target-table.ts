/** A table of PostgreSQL as it was found. */
export interface TargetTable {
  /** `"schema"."table"`. */
  name: string;
  /** Type of each column, as PostgreSQL names it. */
  columns: ReadonlyMap<string, string>;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Columns that the sink fills by itself where the table has them. */
export const OWN = {
  writtenMicros: '_cdc_timestamp_micros',
  updatedAt: '_cdc_updated_at',
  deleted: '_cdc_deleted',
  expiresAt: '_ttl_expiry_timestamp',
  /** When each cell was written, and under the empty name when the row was deleted last. */
  cells: '_cdc_cells',
} as const;

const isOwn = new Set<string>(Object.values(OWN));

/** Columns that changes are about. */
export const regularColumns = (table: TargetTable, key: readonly string[]): string[] =>
  [...table.columns.keys()].filter((name) => !isOwn.has(name) && !key.includes(name));

/** hard: rows are deleted; soft: emptied and marked. */
export type DeleteMode = 'hard' | 'soft';

/** none: what came last in the log wins; cell: of each cell what was written last. */
export type Guard = 'none' | 'cell';

export interface SinkMode {
  deletes: DeleteMode;
  guard: Guard;
}

/** Why a table cannot be used in this mode, or undefined. */
export function tableProblem(table: TargetTable, { deletes, guard }: SinkMode): string | undefined {
  const needed = [
    ...(deletes === 'soft' ? [OWN.deleted] : []),
    ...(guard === 'cell' ? [OWN.writtenMicros, OWN.cells] : []),
  ].filter((name) => !table.columns.has(name));
  return needed.length === 0 ? undefined : `${table.name} has no column ${needed.join(', ')}`;
}
