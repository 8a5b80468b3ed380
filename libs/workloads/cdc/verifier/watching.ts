import type { FoundRow } from '#libs/cdc/final-state.js';
import type { KeyState } from '#libs/cdc/key-state.js';
import type { ClockOffset } from '#libs/cdc/postgres/clock-offset.js';
import type { CdcReport } from '../cdc.schema.js';

/** Who tells the verifier's book what has become visible where the changes arrive. */
export interface Watching {
  readonly method: Exclude<CdcReport['method'], 'none'>;
  readonly note: string;
  /** Of the clock that times are taken by; null where it is our own. */
  readonly offset: ClockOffset | null;
  /** Failed questions by class. */
  readonly errors: Readonly<Record<string, number>>;
  /** Longest time between two looks; null where nobody has to look. */
  readonly gapMaxMs: number | null;
  measureOffset(): Promise<ClockOffset | undefined>;
  /** One look at what is waited for, where it has to be looked for. `between` is called after each question. */
  look(between: () => void): Promise<void>;
  /** Does it and answers true, or counts the error, waits a little and answers false. */
  tried(work: () => Promise<void>): Promise<boolean>;
  /** The rows of these keys as they are now, by key. Throws what the server says. */
  read(states: readonly KeyState[]): Promise<Map<number, FoundRow>>;
  close(): Promise<void>;
}
