/** A cell as the agent tells it. */
export interface Cell {
  value: unknown;
  /** When the cell will vanish by itself, epoch microseconds; null for ever. */
  expiresMicros: number | null;
}

/** One end of a deleted range, in the order of the clustering columns; none of them is an open end. */
export interface RangeEnd {
  inclusive: boolean;
  columns: readonly string[];
  values: readonly string[];
  /** The columns are kept in falling order: what comes after is smaller. */
  falling: boolean;
}

/** Where in the source's commit log a change stands. */
export interface LogPlace {
  segment: number;
  position: number;
}

interface ChangeBase {
  /** Key columns that the change names: of a deleted partition only those of the partition. */
  key: Readonly<Record<string, unknown>>;
  /** When the source wrote it, epoch microseconds. */
  writtenMicros: number;
  place: LogPlace;
}

/** Cells of one row were written; the others are as they were. */
export interface RowWrite extends ChangeBase {
  op: 'insert' | 'update';
  cells: ReadonlyMap<string, Cell>;
}

/** All rows with this key are gone: one, or those of a partition. */
export interface RowDelete extends ChangeBase {
  op: 'delete';
  /** The whole key is there. */
  oneRow: boolean;
}

export interface RangeDelete extends ChangeBase {
  op: 'range';
  from: RangeEnd;
  to: RangeEnd;
}

export type Change = RowWrite | RowDelete | RangeDelete;

/** Why a message can never be applied; it goes to the dead letters. */
export class PoisonError extends Error {}
