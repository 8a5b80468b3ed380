import { OUTCOMES } from '#libs/contract/outcome.js';
import type { Source } from '#libs/load/target.js';

/** How a run in another tool's words differs from one of cassandra-stress, once its engine is open. */
export interface Door {
  /** Work items of the measured run, from the common start (epoch milliseconds) on. */
  source(startAtMs: number): Source;
  /** Told of every operation that finally failed: why the run has to end, or undefined to go on. */
  failed(slot: number): string | undefined;
  /** Which outcomes (indexes) are tried again, and after what time; at once when absent. */
  retryable: Uint8Array;
  retryDelayNs?: ((outcome: number, attempts: number) => number) | undefined;
  /** True: the run goes on after a row that is wrong, and has failed at its end. */
  isChecked: boolean;
  /** What is worth knowing once all is done. */
  remarks(): string[];
}

/** A row that is wrong or missing stays so, and an overloaded target is not asked again. */
const FINAL = ['ok', 'validation', 'missing', 'overloaded', 'rateLimited'];

/** Which outcomes (indexes) other tools' operations may try again. */
export const doorRetryable = Uint8Array.from(OUTCOMES, (outcome) => Number(!FINAL.includes(outcome)));
