import type { ChangeBook } from '#libs/cdc/change-book.js';
import type { Wrong } from '#libs/cdc/final-state.js';
import type { ClockOffset } from '#libs/cdc/postgres/clock-offset.js';
import type { Latencies } from './latencies.js';
import type { Verified } from './message.js';
import type { Watching } from './watching.js';

interface VerifiedParts {
  book: ChangeBook;
  latencies: Latencies;
  watcher: Watching;
  /** The clocks at the end; undefined when PostgreSQL did not answer. */
  after: ClockOffset | undefined;
  wrong: Record<Wrong, number>;
  vanished: number;
  queueDepthMax: number;
  drainMs: number;
  drained: boolean;
}

/** What the verifier has found, as its part of the report. */
export function verifiedOf(parts: VerifiedParts): Verified {
  const { book, latencies, watcher, after, wrong, vanished, queueDepthMax, drainMs, drained } = parts;
  const { timed, superseded, unseen, unknown, late, backlog, notFollowed, lost } = book.outcomes;
  const { offset } = watcher;
  const judged = book.changes - unknown - unseen;
  return {
    method: watcher.method,
    methodNote: watcher.note,
    sampledKeys: book.keys.size,
    sampledChanges: book.changes,
    outcomes: { timed, superseded: superseded + unseen, unknown, unverified: late + backlog + notFollowed, lost },
    verifiedShare: judged === 0 ? 0 : (timed + superseded) / judged,
    unseen,
    unverifiedBy: { deadline: late, backlog, notFollowed },
    ...latencies.figures(),
    wrongRows: { ...wrong },
    wrongRowCount: Object.values(wrong).reduce((sum, count) => sum + count, 0),
    vanished,
    duplicates: watcher.method === 'poll' ? null : book.duplicates,
    reordered: book.reordered,
    reappearances: book.reappearances,
    unexpectedDeletes: book.unexpectedDeletes,
    queueDepthMax,
    drainMs,
    drained,
    pollGapMaxMs: watcher.gapMaxMs,
    clock:
      offset === null ? null : { ...offset, driftMs: after === undefined ? null : after.offsetMs - offset.offsetMs },
    sinkErrors: { ...watcher.errors },
  };
}
