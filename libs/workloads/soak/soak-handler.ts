import type { HotHandler } from '#libs/cql/hot-handler.js';
import type { BatchTarget } from './batch-target.js';
import type { ReadTarget } from './read-target.js';

/** Tells the answers of batches from those of reads, which go by one session: reads have the slots from `base` on. */
export const soakHandler = (batches: BatchTarget, reads: ReadTarget, base: number): HotHandler => ({
  onVoid: (slot) => (slot < base ? batches.onVoid(slot) : reads.onVoid(slot - base)),
  onRows: (slot, buffer, start, end) =>
    slot < base ? batches.onVoid(slot) : reads.onRows(slot - base, buffer, start, end),
  onError: (slot, outcome, message) =>
    slot < base ? batches.onAnswerError(slot, outcome, message) : reads.onError(slot - base, outcome, message),
  onRetry: (slot) => (slot < base ? batches.onRetry(slot) : reads.onRetry(slot - base)),
  onTurn: () => {
    batches.onTurn();
    reads.onTurn();
  },
});
