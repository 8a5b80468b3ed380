import { OUTCOMES, type Outcome } from '#libs/contract/outcome.js';

/**
 * Answers of a target that has too much to do, or is not there; `other` is that of a session whose connections have as
 * many requests in flight as they may.
 */
const BUSY: ReadonlySet<Outcome> = new Set([
  'overloaded',
  'rateLimited',
  'noHost',
  'clientTimeout',
  'writeTimeout',
  'other',
]);
/** It may be otherwise in a moment, and writing the same rows again does no harm. */
const PASSING: ReadonlySet<Outcome> = new Set([...BUSY, 'unavailable', 'connectionLost']);

const among = (some: ReadonlySet<Outcome>): Uint8Array =>
  Uint8Array.from(OUTCOMES, (outcome) => (some.has(outcome) ? 1 : 0));

const LESS = among(BUSY);
/** Which outcomes of a batch are tried again. */
export const RETRYABLE = among(PASSING);

/** True for an outcome after which fewer batches may be in flight. */
export const asksForLess = (outcome: number): boolean => LESS[outcome] === 1;
