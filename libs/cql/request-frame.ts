import type { PreparedStatement } from './prepared.js';

/** A hot request, whole but for its stream id (bytes 2 and 3) and, in a template, its values. */
export interface RequestFrame {
  readonly bytes: Buffer;
  /** What it executes: prepared anew where a server has forgotten it. */
  readonly statements: readonly PreparedStatement[];
}
