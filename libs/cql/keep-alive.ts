import type { Connection } from './connection.js';
import { askHeartbeat } from './control.js';
import type { SessionOptions } from './session-options.js';

/** Beyond this share of stream ids waiting for late answers a connection is replaced. */
const ORPHANED_LIMIT = 0.25;

/** How long is waited for what: sweeps of the session, and milliseconds for a sign of life. */
export interface Patience {
  requestSweeps: number;
  heartbeatSweeps: number;
  controlTimeoutMs: number;
}

const DEFAULT_HEARTBEAT_MS = 30_000;

/** The patience of a session that sweeps every `sweepMs`. */
export const patienceOf = (
  { heartbeatMs = DEFAULT_HEARTBEAT_MS, controlTimeoutMs }: Pick<SessionOptions, 'heartbeatMs' | 'controlTimeoutMs'>,
  requestSweeps: number,
  sweepMs: number,
): Patience => ({
  requestSweeps,
  heartbeatSweeps: Math.max(1, Math.round(heartbeatMs / sweepMs)),
  controlTimeoutMs,
});

/**
 * Called in every sweep: times out what is overdue on a connection, and replaces one with too many overdue answers. One from
 * which nothing has come for the whole request timeout, or for the time of a heartbeat, may be half open: it has to answer a
 * control request, or is replaced too.
 */
export function keepAlive(connection: Connection, tick: number, patience: Patience): void {
  const { requestSweeps, heartbeatSweeps, controlTimeoutMs } = patience;
  const expired = tick > requestSweeps && connection.expire(tick - requestSweeps - 1);
  const quiet = connection.quiet();
  if (connection.orphanedShare > ORPHANED_LIMIT) return connection.destroy(new Error('too many answers are overdue'));
  const beats = quiet > 0 && quiet % heartbeatSweeps === 0;
  const silent = expired && quiet > requestSweeps;
  if (connection.asked || !(beats || silent)) return;
  askHeartbeat(connection, controlTimeoutMs).catch((error: unknown) => {
    connection.destroy(new Error(`nothing comes from it, not even a sign of life: ${String(error)}`));
  });
}
