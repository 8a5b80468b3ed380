import type { ChangeLog } from '../cdc/change-log.js';
import type { Availability } from '../storage/availability.js';
import type { StorageBudget } from '../storage/budget.js';
import type { Schema } from '../storage/schema.js';
import type { Table } from '../storage/table.js';
import type { Call, Variable } from './call.js';
import type { RowsMetadata } from './rows-metadata.js';

/** What statements are compiled against. */
export interface Environment {
  schema: Schema;
  availability: Availability;
  budget: StorageBudget;
  dataCenter: string;
  /** ScyllaDB's CDC log, or null. */
  changeLog: ChangeLog | null;
  /** The answering node's own system.local and peers in place of the shared ones. */
  own: (table: Table) => Table;
  /** The connection's keyspace (USE), or null. */
  currentKeyspace: string | null;
}

export type Access = 'read' | 'write' | 'schema' | 'other';

/** A statement made ready: everything that does not depend on values is decided. */
export interface Plan {
  readonly access: Access;
  readonly keyspace: string;
  readonly table: string;
  /** It has an IF clause: a lightweight transaction. */
  readonly isConditional?: boolean;
  readonly variables: readonly Variable[];
  /** Which variables make up the partition key, in its order; empty when not all of them are bound. */
  readonly keyIndexes: readonly number[];
  /** Result columns known before it runs; null for statements that give none. */
  readonly metadata: RowsMetadata | null;
  /** Runs it and writes the body of the RESULT. Throws CqlError. */
  run(call: Call): void;
}
