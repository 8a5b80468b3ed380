import type { LoadClient } from '../load-client.js';

/** The answer has begun another request of the same operation. */
export const PENDING = -1;

/** How a kind of operation is done; made once for each lane. Nothing in it throws. */
export interface LaneOperation {
  /** False: there was no connection or no room, and nothing has happened. */
  begin(slot: number, client: LoadClient): boolean;
  /** Index into OUTCOMES, or PENDING. `start`..`end` bound the answer's body. */
  answer(slot: number, client: LoadClient, buffer: Buffer, start: number, end: number): number;
  /** Index into OUTCOMES. */
  failure(code: number): number;
  /** What the last answer told of: znodes. */
  readonly rows: number;
  /** Absent: always. */
  possible?(client: LoadClient): boolean;
}
