import type { Connection } from './connection.js';
import { askHeartbeat } from './control.js';

/** Beyond this share of stream ids waiting for late answers a connection is replaced. */
const ORPHANED_LIMIT = 0.25;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Replaces a connection with too many overdue answers; with `beats`, one that is idle has to answer a heartbeat. */
export function keepAlive(connection: Connection, beats: boolean, timeoutMs: number): void {
  if (connection.orphanedShare > ORPHANED_LIMIT) connection.destroy(new Error('too many answers are overdue'));
  else if (beats && connection.inFlight === 0)
    askHeartbeat(connection, timeoutMs).catch((error: unknown) => connection.destroy(asError(error)));
}
