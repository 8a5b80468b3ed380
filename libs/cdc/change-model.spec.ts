import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import { CdcTable } from '#libs/workloads/cdc/cdc.schema.js';
import { ChangeBook } from './change-book.js';
import { CHANGE_STATE } from './change-ring.js';
import { type FoundRow, judgeKey } from './final-state.js';
import { type ModelRun, modelRun, type ModelSight, type ModelWrite } from './model-pipeline.js';
import { RowKeys } from './row-key.js';
import { DELETE, RowShape } from './row-shape.js';

const TICK_MS = 10;
const DEADLINE_MS = 1_000;
const LOOK_EVERY_MS = 50;
const shape = new RowShape(CdcTable.parse({}), 1);
const keys = new RowKeys('run');
const SEEDS = Array.from({ length: 15 }, (_, index) => index + 1);

/** What every key's row is in the end. */
function finalRows(sights: readonly ModelSight[]): Map<number, FoundRow> {
  const rows = new Map<number, FoundRow>();
  for (const { key, seq } of sights)
    if (seq === undefined) rows.delete(key);
    else {
      const cells = shape.columns.map((_, index) => shape.expected(index, key, seq));
      rows.set(key, { seq, isMarkedDeleted: false, cells });
    }
  return rows;
}

/** A book that is told of a run tick by tick; `see` tells it of what became visible up to then. */
class Follower {
  /** When each change was visible, by seq. */
  readonly timed = new Map<number, number>();
  readonly book = new ChangeBook({
    maxKeys: 1_000,
    maxBacklog: 100_000,
    deadlineMs: DEADLINE_MS,
    timed: ({ seq }, atMs) => this.timed.set(seq, atMs),
  });
  private told = 0;

  constructor(private readonly run: ModelRun) {}

  /** `isPaused`: the verifier gets no turn at that time, and everything afterwards. */
  follow(see: (nowMs: number) => void, isSeenFirst: () => boolean, isPaused: (nowMs: number) => boolean): void {
    const { book, run } = this;
    const endMs = Math.max(...run.sights.map(({ atMs }) => atMs), ...run.writes.map(({ ackedMs }) => ackedMs));
    for (let nowMs = 0; nowMs <= endMs + 2 * DEADLINE_MS; nowMs += TICK_MS) {
      if (isPaused(nowMs)) continue;
      const isFirst = isSeenFirst();
      if (isFirst) see(nowMs);
      for (
        let next = run.writes[this.told];
        next !== undefined && next.ackedMs <= nowMs;
        next = run.writes[this.told]
      ) {
        book.written(next);
        this.told++;
      }
      book.expire(nowMs);
      if (!isFirst) see(nowMs);
    }
  }

  /** Judges every key and answers the outcomes that a pipeline without losses must not have. */
  judged(): Record<string, number> {
    const { book, run } = this;
    const rows = finalRows(run.sights);
    const wrong = [...book.keys.values()].filter((state) =>
      judgeKey(book, shape, state, keys.text(state.key), rows.get(state.key)),
    );
    const { pending, late, backlog, notFollowed, lost } = book.outcomes;
    const { unexpectedDeletes } = book;
    return { wrong: wrong.length, pending, late, backlog, notFollowed, lost, unexpectedDeletes };
  }
}

const NONE = { wrong: 0, pending: 0, late: 0, backlog: 0, notFollowed: 0, lost: 0, unexpectedDeletes: 0 };

/** When a change itself was first visible, and whether a later state of its row was so before. */
function firstSight({ key, seq, operation }: ModelWrite, sights: readonly ModelSight[]) {
  const ofKey = sights.filter((sight) => sight.key === key);
  const own = ofKey.findIndex((sight) => (operation === DELETE ? sight.seq === undefined : sight.seq === seq));
  const before = ofKey.slice(0, Math.max(0, own));
  return {
    atMs: ofKey[own]?.atMs,
    isOvertaken: before.some((sight) => (sight.seq ?? 0) > seq),
    isAfterDelete: before.some((sight) => sight.seq === undefined),
  };
}

describe.each(SEEDS)('a run over a pipeline that loses nothing, seed %i', (seed) => {
  const run = modelRun(seed);
  const acknowledged = run.writes.filter(({ state }) => state === CHANGE_STATE.written);

  it('by events: each change is timed when it was first visible, or superseded, also after a pause of the verifier', () => {
    const random = seededRandom(seed);
    const follower = new Follower(run);
    const { book, timed } = follower;
    let seen = 0;
    const see = (nowMs: number): void => {
      for (let next = run.sights[seen]; next !== undefined && next.atMs <= nowMs; next = run.sights[seen]) {
        if (next.seq === undefined) book.deleted(next.key, next.atMs);
        else book.seen(next.key, next.seq, next.atMs, true);
        seen++;
      }
    };
    follower.follow(
      see,
      () => random() < 0.5,
      (nowMs) => nowMs > 2_000 && nowMs < 2_000 + 2 * DEADLINE_MS,
    );
    expect(follower.judged()).toEqual(NONE);
    const { superseded, unseen } = book.outcomes;
    expect(timed.size + superseded + unseen).toBe(acknowledged.length);
    expect(timed.size).toBeGreaterThan(acknowledged.length / 3);
    for (const write of acknowledged) {
      const { atMs, isOvertaken, isAfterDelete } = firstSight(write, run.sights);
      // Whether a row that was deleted and came again is new to it depends on when its delete was told.
      if (isAfterDelete) continue;
      expect(timed.get(write.seq), `seq ${write.seq}`).toBe(isOvertaken ? undefined : atMs);
    }
  });

  it('by polling: each change is timed no earlier than it was visible, or superseded', () => {
    const follower = new Follower(run);
    const { book, timed } = follower;
    const rows = new Map<number, number>();
    let [applied, lookAtMs] = [0, 0];
    const see = (nowMs: number): void => {
      for (let next = run.sights[applied]; next !== undefined && next.atMs <= nowMs; next = run.sights[applied]) {
        if (next.seq === undefined) rows.delete(next.key);
        else rows.set(next.key, next.seq);
        applied++;
      }
      if (nowMs < lookAtMs) return;
      lookAtMs = nowMs + LOOK_EVERY_MS;
      for (const { key } of book.waiting) {
        const seq = rows.get(key);
        if (seq === undefined) book.absent(key, nowMs);
        else book.seen(key, seq, nowMs, false);
      }
    };
    follower.follow(
      see,
      () => false,
      () => false,
    );
    expect(follower.judged()).toEqual(NONE);
    const { superseded, unseen } = book.outcomes;
    expect(timed.size + superseded + unseen).toBe(acknowledged.length);
    expect(timed.size).toBeGreaterThan(acknowledged.length / 4);
    for (const write of acknowledged) {
      const atMs = timed.get(write.seq);
      if (atMs !== undefined) expect(atMs).toBeGreaterThanOrEqual(firstSight(write, run.sights).atMs ?? Infinity);
    }
  });
});
