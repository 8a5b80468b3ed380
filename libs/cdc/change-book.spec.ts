import { describe, expect, it } from 'vitest';
import { ChangeBook } from './change-book.js';
import { CHANGE_STATE } from './change-ring.js';
import { judgeKey } from './final-state.js';
import { RowKeys } from './row-key.js';
import { DELETE, INSERT, RowShape, UPDATE } from './row-shape.js';
import { CdcTable } from '#libs/workloads/cdc/cdc.schema.js';

const KEY = 7;
const shape = new RowShape(CdcTable.parse({}), 1);
const keyText = new RowKeys('run').text(KEY);

/** A book, and what it timed: operation, and milliseconds from the acknowledgement. */
function aBook(change: { maxKeys?: number; maxBacklog?: number; deadlineMs?: number } = {}) {
  const timed: [number, number][] = [];
  const book = new ChangeBook({
    maxKeys: 100,
    maxBacklog: 100,
    deadlineMs: 1000,
    timed: ({ operation, ackedMs }, visibleMs) => timed.push([operation, visibleMs - ackedMs]),
    ...change,
  });
  const written = (operation: number, seq: number, ackedMs: number, key = KEY, state: number = CHANGE_STATE.written) =>
    book.written({ key, seq, operation, state, dueMs: ackedMs - 3, sentMs: ackedMs - 2, ackedMs });
  const judge = (row?: { seq: number; cells?: string[] }) => {
    const state = book.keys.get(KEY);
    if (state === undefined) throw new Error('the key is not followed');
    const cells = row && (row.cells ?? shape.columns.map((_, index) => shape.expected(index, KEY, row.seq)));
    return judgeKey(book, shape, state, keyText, row && { seq: row.seq, isMarkedDeleted: false, cells: cells ?? [] });
  };
  return { book, timed, written, judge };
}

describe('a change', () => {
  it('has arrived when its row is seen with its seq', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 150, false);
    expect([timed, book.backlog, book.waiting.size]).toEqual([[[INSERT, 50]], 0, 0]);
  });

  it('is superseded, not timed, when a later one is seen first', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    written(UPDATE, 5, 110);
    book.seen(KEY, 5, 160, false);
    expect([timed, book.outcomes.superseded]).toEqual([[[UPDATE, 50]], 1]);
  });

  it('may be visible before its acknowledgement is told: the latency is negative', () => {
    const { book, timed, written } = aBook();
    book.seen(KEY, 1, 90, true);
    book.deleted(KEY, 105);
    written(INSERT, 1, 100);
    written(DELETE, 2, 106);
    expect(timed).toEqual([
      [INSERT, -10],
      [DELETE, -1],
    ]);
    expect(book.unexpectedDeletes).toBe(0);
  });

  it('without an answer is unknown, and either state is right', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    written(UPDATE, 2, 120, KEY, CHANGE_STATE.unknown);
    book.seen(KEY, 1, 130, false);
    expect([judge({ seq: 1 }), judge({ seq: 2 })]).toEqual([undefined, undefined]);
    expect(judge({ seq: 3 })?.wrong).toBe('different');
    expect(book.outcomes.unknown).toBe(1);
  });

  it('that comes after its deadline is unverified, though its row is right', () => {
    const { book, timed, written, judge } = aBook();
    written(INSERT, 1, 100);
    book.expire(1099);
    expect(book.backlog).toBe(1);
    book.expire(1100);
    book.seen(KEY, 1, 1200, false);
    expect([timed, judge({ seq: 1 }), book.outcomes.late]).toEqual([[], undefined, 1]);
  });

  it('that was visible in time is timed, though the verifier heard of it after the deadline', () => {
    const { book, timed, written, judge } = aBook();
    written(INSERT, 1, 100);
    book.expire(1500);
    expect(book.outcomes.late).toBe(1);
    book.seen(KEY, 1, 600, true);
    expect([timed, judge({ seq: 1 }), book.outcomes.late]).toEqual([[[INSERT, 500]], undefined, 0]);
  });

  it('is found among those seen before they were told, however many came between', () => {
    const { book, timed, written } = aBook();
    const seqs = Array.from({ length: 100 }, (_, index) => index + 1);
    for (const seq of seqs) book.seen(KEY, seq, 100 + seq, true);
    for (const seq of seqs) written(seq === 1 ? INSERT : UPDATE, seq, 100 + seq);
    expect([timed.at(-1), timed.length + book.outcomes.superseded, book.backlog]).toEqual([[UPDATE, 0], 100, 0]);
  });

  it('beyond the backlog or the keys is counted, not dropped in silence', () => {
    const { book, written } = aBook({ maxBacklog: 1, maxKeys: 2 });
    written(INSERT, 1, 100, 1);
    written(INSERT, 2, 100, 2);
    written(INSERT, 3, 100, 3);
    const { pending, backlog, notFollowed } = book.outcomes;
    expect([book.changes, pending, backlog, notFollowed]).toEqual([3, 1, 1, 1]);
  });

  it('of a key that the ring had no room for is in no judgement', () => {
    const { book, written } = aBook();
    written(INSERT, 1, 100);
    written(INSERT, 0, 0, KEY, CHANGE_STATE.forget);
    written(UPDATE, 2, 100);
    expect([book.backlog, book.outcomes.notFollowed, book.waiting.size]).toEqual([0, 2, 0]);
  });
});

describe('a delete', () => {
  it('is not proved by a row that is absent and was never seen', () => {
    const { book, timed, written, judge } = aBook();
    written(INSERT, 1, 100);
    written(DELETE, 2, 110);
    book.absent(KEY, 150);
    expect([timed, book.backlog, book.onlyDeletedWait]).toEqual([[], 2, true]);
    expect([judge(), book.outcomes.unseen, book.outcomes.lost]).toEqual([undefined, 2, 0]);
  });

  it('has arrived once the row was seen with its last seq and is gone', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 120, false);
    written(DELETE, 2, 130);
    book.absent(KEY, 150);
    expect(timed).toEqual([
      [INSERT, 20],
      [DELETE, 20],
    ]);
  });

  it('of a row that was seen with an earlier seq only is superseded', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    written(UPDATE, 2, 110);
    written(DELETE, 3, 120);
    book.seen(KEY, 1, 130, false);
    book.absent(KEY, 150);
    expect([timed, book.outcomes.superseded, book.backlog]).toEqual([[[INSERT, 30]], 2, 0]);
  });

  it('is timed by an event of it, whatever was seen before', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    written(DELETE, 2, 110);
    book.deleted(KEY, 140);
    expect([timed, book.outcomes.superseded]).toEqual([[[DELETE, 30]], 1]);
  });

  it('without an answer, when it has happened, has superseded what came before', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 120, true);
    written(UPDATE, 2, 121);
    book.deleted(KEY, 150);
    written(DELETE, 3, 300, KEY, CHANGE_STATE.unknown);
    expect([book.backlog, book.outcomes.superseded, judge()]).toEqual([0, 1, undefined]);
  });

  it('without an answer leaves an insert open that nobody saw: nothing can be said of it', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    written(DELETE, 2, 300, KEY, CHANGE_STATE.unknown);
    expect([book.onlyDeletedWait, judge(), book.outcomes.unseen]).toEqual([true, undefined, 1]);
  });

  it('is not called the work of others when the clocks cannot tell that it came before', () => {
    const { book, timed, written } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 120, false);
    book.absent(KEY, 196, 199);
    written(DELETE, 2, 200);
    expect([timed.at(-1), book.unexpectedDeletes]).toEqual([[DELETE, -4], 0]);
  });

  it('that somebody else made before is told apart', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 120, true);
    book.deleted(KEY, 130);
    written(DELETE, 2, 200);
    expect([book.unexpectedDeletes, judge(), book.outcomes.superseded]).toEqual([1, undefined, 1]);
  });
});

describe('what is seen', () => {
  it('is a duplicate, an earlier state or a row that reappeared', () => {
    const { book, written } = aBook();
    written(INSERT, 1, 100);
    written(UPDATE, 2, 101);
    written(DELETE, 3, 102);
    book.seen(KEY, 1, 110, true);
    book.seen(KEY, 1, 111, true);
    book.seen(KEY, 2, 112, true);
    book.seen(KEY, 1, 113, true);
    book.deleted(KEY, 114);
    book.seen(KEY, 2, 115, true);
    expect([book.duplicates, book.reordered, book.reappearances]).toEqual([1, 1, 1]);
  });
});

describe('the final row of a key', () => {
  it('decides that its last change is lost, with both images', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    written(UPDATE, 2, 110);
    book.seen(KEY, 1, 120, false);
    const wrong = judge({ seq: 1 });
    expect([wrong?.wrong, wrong?.seq, wrong?.key]).toEqual(['stale', 2, keyText]);
    expect(JSON.parse(wrong?.expected ?? '')).toMatchObject({ seq: '2', email: shape.expected(1, KEY, 2) });
    expect(JSON.parse(wrong?.found ?? '')).toMatchObject({ seq: '1', email: shape.expected(1, KEY, 1) });
    expect([book.outcomes.timed, book.outcomes.lost]).toEqual([1, 1]);
  });

  it('is missing although it was seen: deleted behind its back', () => {
    const { book, written, judge } = aBook();
    written(INSERT, 1, 100);
    book.seen(KEY, 1, 120, false);
    const wrong = judge();
    expect([wrong?.wrong, wrong?.found]).toEqual(['missing', null]);
    expect([book.outcomes.timed, book.outcomes.lost]).toEqual([0, 1]);
  });

  it('has reappeared when it is there after its delete', () => {
    const { written, judge } = aBook();
    written(INSERT, 1, 100);
    written(DELETE, 2, 110);
    expect(judge({ seq: 1 })?.wrong).toBe('reappeared');
  });

  it('is different when one cell is not as it was written', () => {
    const { written, judge } = aBook();
    written(INSERT, 1, 100);
    const cells = shape.columns.map((_, index) => shape.expected(index, KEY, 1));
    cells[2] = '0';
    expect(judge({ seq: 1, cells })?.wrong).toBe('different');
  });
});
