/**
 * What becomes of a change; `pending` until then. `late`: its deadline passed. `unseen`: its row is deleted and nothing of
 * it was ever seen, so that nothing can be said of it.
 */
export type Outcome = 'pending' | 'timed' | 'superseded' | 'unseen' | 'late' | 'backlog' | 'notFollowed' | 'lost';

/** A row was seen deleted. `untilMs`: the latest that it can have been, by what is known of the clocks. */
export interface Gone {
  atMs: number;
  untilMs: number;
}

/** A change of a sampled key that was acknowledged; times are epoch milliseconds. */
export interface Change {
  state: KeyState;
  seq: number;
  /** Index of CHANGE_NAMES. */
  operation: number;
  dueMs: number;
  sentMs: number;
  ackedMs: number;
  /** Of a delete: the seq that the row had before. */
  priorSeq: number;
  outcome: Outcome;
}

/** All that is known of a sampled key. */
export interface KeyState {
  key: number;
  /** The last change that was acknowledged. */
  last: Change | undefined;
  /** A write without an answer, after which the key is left alone: either state is right. */
  doubt: { seq: number; operation: number } | undefined;
  /** Changes that are waited for, in their order. */
  pending: Change[];
  /** Those of which nothing was told before their deadline: it may still come out that they were visible in time. */
  late: Change[];
  /** The highest seq that the row was ever seen with; 0: never seen. */
  seenSeq: number;
  /** The seq of the last look at it. */
  lastSeenSeq: number;
  /** It was seen, and then seen deleted. */
  gone: boolean;
  /** What was seen before the writer had told of the change. */
  early: { seq: number; atMs: number }[];
  /** When it was seen deleted without a delete that anybody had told of. */
  earlyGone: Gone[];
  lastLookMs: number;
  /** Something of it was not told: it is in no judgement. */
  ignored: boolean;
}

export const newKeyState = (key: number): KeyState => ({
  key,
  last: undefined,
  doubt: undefined,
  pending: [],
  late: [],
  seenSeq: 0,
  lastSeenSeq: 0,
  gone: false,
  early: [],
  earlyGone: [],
  lastLookMs: 0,
  ignored: false,
});
