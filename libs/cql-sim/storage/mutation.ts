import type { Bytes } from './bytes.js';

/** A change that was applied, in the order of the commits: what a log of changes would hold. */
export interface Mutation {
  kind: 'insert' | 'update' | 'delete';
  keyspace: string;
  table: string;
  /** Values of the partition key's columns. */
  key: readonly Bytes[];
  /** Cells that were written; null for a cell that was deleted. A deletion has none. */
  cells: readonly { column: string; value: Bytes | null }[];
  timestampUs: number;
}

export type MutationListener = (mutation: Mutation) => void;
