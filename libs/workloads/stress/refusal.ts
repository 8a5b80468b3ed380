import { NO_HOST } from '#libs/cql/session.js';
import { OUTCOME_INDEX } from './outcome-index.js';

/** The outcome of an operation that a session did not begin: `at` is NO_HOST or ALL_FULL. */
export const refusalOutcome = (at: number): number => (at === NO_HOST ? OUTCOME_INDEX.noHost : OUTCOME_INDEX.other);

/** Why it was not begun, and what helps. */
export const refusalText = (outcome: number): string =>
  outcome === OUTCOME_INDEX.noHost
    ? 'no node is connected'
    : 'every connection has as many requests in flight as it may: raise connection.connectionsPerNode or inFlightPerConnection (-mode connectionsPerHost=, maxPending=), or use fewer threads';
