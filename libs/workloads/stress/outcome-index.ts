import { OUTCOMES, type Outcome } from '#libs/contract/outcome.js';

const entries = OUTCOMES.map((outcome, index) => [outcome, index] as const);

/** Position of each outcome in OUTCOMES: how an outcome is called on the hot path. */
export const OUTCOME_INDEX = Object.fromEntries(entries) as { readonly [O in Outcome]: number };
