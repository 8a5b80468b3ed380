import type { ChangeBook } from './change-book.js';
import type { Change, KeyState, Outcome } from './key-state.js';
import { DELETE, type RowShape } from './row-shape.js';

/** A row of PostgreSQL as it was found; `cells` by column, null for NULL. */
export interface FoundRow {
  seq: number;
  isMarkedDeleted: boolean;
  cells: readonly (string | null)[];
}

export const WRONG = ['missing', 'reappeared', 'stale', 'different'] as const;
export type Wrong = (typeof WRONG)[number];

/** What is wrong with a row, and both of its images. */
export interface WrongRow {
  wrong: Wrong;
  key: string;
  seq: number;
  operation: number;
  expected: string;
  found: string | null;
}

interface Expected {
  seq: number;
  operation: number;
}

/** Compares a row with what its change must have made of it; undefined when it is right. */
function wrongBy(
  shape: RowShape,
  key: number,
  { seq, operation }: Expected,
  row: FoundRow | undefined,
): Wrong | undefined {
  const isThere = row !== undefined && !row.isMarkedDeleted;
  if (operation === DELETE) return isThere ? 'reappeared' : undefined;
  if (!isThere) return 'missing';
  if (row.seq < seq) return 'stale';
  const isSame = row.seq === seq && row.cells.every((cell, index) => cell === shape.expected(index, key, seq));
  return isSame ? undefined : 'different';
}

/** The image that a change must have left; `(deleted)` of a delete. */
function expectedImage(shape: RowShape, key: number, { seq, operation }: Expected): string {
  if (operation === DELETE) return '(deleted)';
  const cells = shape.columns.map(({ sinkName }, index) => [sinkName, shape.expected(index, key, seq)]);
  return JSON.stringify(Object.fromEntries([[shape.seq, String(seq)], ...cells]));
}

function foundImage(shape: RowShape, row: FoundRow | undefined): string | null {
  if (row === undefined || row.isMarkedDeleted) return null;
  const cells = shape.columns.map(({ sinkName }, index) => [sinkName, row.cells[index] ?? null]);
  return JSON.stringify(Object.fromEntries([[shape.seq, String(row.seq)], ...cells]));
}

/** Of a key whose writes were all without an answer nothing is known but that the row is not there, or as written. */
const NEVER: Expected = { seq: 0, operation: DELETE };

/** What the final row says of a change that nobody saw arrive. */
function openOutcome({ state, seq }: Change, isRight: boolean, row: FoundRow | undefined): Outcome {
  // A later state is there: this one was on its way to it.
  if (row !== undefined && row.seq > seq) return 'superseded';
  if (!isRight) return 'late';
  const isThere = row !== undefined && !row.isMarkedDeleted;
  // That no row is there is as it must be, and would be so had nothing ever arrived.
  if (!isThere) return state.seenSeq === 0 && row === undefined ? 'unseen' : 'superseded';
  // The last change of a row that is right: it has arrived, but nobody saw when.
  return 'late';
}

/**
 * Decides a key by its row after the drain, and with it every change of it that is still open. Answers what is wrong, if
 * anything is. A change without an answer may or may not have happened: either state is right.
 */
export function judgeKey(
  book: ChangeBook,
  shape: RowShape,
  state: KeyState,
  keyText: string,
  row: FoundRow | undefined,
): WrongRow | undefined {
  const { key, last, doubt } = state;
  const expected = last ?? NEVER;
  const accepted = doubt === undefined ? [expected] : [expected, doubt];
  const found = accepted.map((one) => wrongBy(shape, key, one, row));
  const isRight = found.includes(undefined);
  const [wrong] = found;
  for (const change of [...state.pending, ...state.late])
    if (change !== last || isRight) book.end(change, openOutcome(change, isRight, row));
  if (isRight || wrong === undefined) return undefined;
  if (last !== undefined) book.end(last, 'lost');
  return {
    wrong,
    key: keyText,
    seq: expected.seq,
    operation: expected.operation,
    expected: expectedImage(shape, key, expected),
    found: foundImage(shape, row),
  };
}
