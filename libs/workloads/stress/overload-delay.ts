import { OUTCOMES } from '#libs/contract/outcome.js';
import type { StressPlanSpec } from './stress.schema.js';

const NS_PER_MS = 1e6;
/** The wait differs by up to a quarter, so that operations refused together do not come back together. */
const JITTER = 0.25;

const asksForLess = (outcome: number): boolean =>
  OUTCOMES[outcome] === 'overloaded' || OUTCOMES[outcome] === 'rateLimited';

type Delay = NonNullable<StressPlanSpec['errors']['overloadDelay']>;

/** Milliseconds before jitter, after so many tries beyond the first: at least `minMs`, at most `maxMs`. */
const WAIT_MS: { [P in Delay['policy']]: (delay: Delay, tries: number, retries: number) => number } = {
  constant: ({ minMs }) => minMs,
  linear: ({ minMs, maxMs }, tries, retries) => minMs + ((maxMs - minMs) * tries) / Math.max(1, retries - 1),
  exponential: ({ minMs, maxMs }, tries) => Math.min(maxMs, minMs * 2 ** tries),
};

/**
 * Which outcomes may be tried again. An answer that asks for less is no reason for more of the same: it is retried only
 * where that was asked for.
 */
export const retryableOutcomes = ({ overloadDelay, retryOverloaded }: StressPlanSpec['errors']): Uint8Array =>
  Uint8Array.from(OUTCOMES, (_, outcome) =>
    overloadDelay === undefined && !retryOverloaded && asksForLess(outcome) ? 0 : 1,
  );

/** Nanoseconds to wait before a try after `outcome`, which had `tries` retries before; undefined: never any. */
export function retryDelay(
  { overloadDelay: delay, retries }: StressPlanSpec['errors'],
  random: () => number,
): ((outcome: number, tries: number) => number) | undefined {
  if (delay === undefined) return undefined;
  return (outcome, tries) => {
    if (!asksForLess(outcome)) return 0;
    const waitMs = WAIT_MS[delay.policy](delay, tries, retries) * (1 - JITTER + 2 * JITTER * random());
    return Math.min(delay.maxMs, Math.max(delay.minMs, waitMs)) * NS_PER_MS;
  };
}
