import type { PreparedResult } from './result.js';

/** A statement as a server knows it; the id is the same on every node. */
export interface PreparedStatement extends PreparedResult {
  cql: string;
}
