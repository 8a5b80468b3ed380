import { CHANGE_STATE, type RingChange } from './change-ring.js';
import { type Change, type Gone, type KeyState, newKeyState, type Outcome } from './key-state.js';
import { DELETE } from './row-shape.js';

/** What was seen before it was told: of one key the last so many are kept; those before them are superseded anyway. */
const EARLY_MOST = 32;

export interface BookOptions {
  maxKeys: number;
  maxBacklog: number;
  deadlineMs: number;
  /** A change was seen to arrive. */
  timed(change: Change, visibleMs: number): void;
}

/**
 * What was written to sampled keys, what was seen of it in PostgreSQL, and what follows: each change is timed or
 * superseded as soon as something proves it. That a row is absent proves nothing by itself: only the deletion of a row
 * that was seen with its last seq, or an event of the deletion, does. Time is an argument throughout.
 */
export class ChangeBook {
  readonly keys = new Map<number, KeyState>();
  /** Keys with changes that are waited for. */
  readonly waiting = new Set<KeyState>();
  readonly outcomes: Record<Outcome | 'unknown', number> = {
    pending: 0,
    timed: 0,
    superseded: 0,
    unseen: 0,
    late: 0,
    backlog: 0,
    notFollowed: 0,
    lost: 0,
    unknown: 0,
  };
  changes = 0;
  duplicates = 0;
  reordered = 0;
  reappearances = 0;
  unexpectedDeletes = 0;
  /** In the order in which they were told, for their deadlines. */
  private queue: Change[] = [];
  private queueAt = 0;

  constructor(private readonly options: BookOptions) {}

  get backlog(): number {
    return this.outcomes.pending;
  }

  /** A lane tells of a change. */
  written({ key, seq, operation, state: told, dueMs, sentMs, ackedMs }: RingChange): void {
    const state = this.stateOf(key);
    if (told === CHANGE_STATE.forget) {
      if (state !== undefined) this.forget(state);
      return;
    }
    this.changes++;
    if (told === CHANGE_STATE.unknown) {
      this.outcomes.unknown++;
      if (state !== undefined) this.doubt(state, seq, operation);
      return;
    }
    if (state === undefined || state.ignored) {
      this.outcomes.notFollowed++;
      return;
    }
    const priorSeq = state.last?.seq ?? 0;
    const isFull = this.outcomes.pending >= this.options.maxBacklog;
    const outcome = isFull ? 'backlog' : 'pending';
    const change: Change = { state, seq, operation, dueMs, sentMs, ackedMs, priorSeq, outcome };
    state.last = change;
    this.outcomes[outcome]++;
    if (isFull) return;
    state.pending.push(change);
    this.waiting.add(state);
    this.queue.push(change);
    this.matchEarly(state, change);
  }

  /** The row was there with this seq; `isEvent`: every change is told of, so that the same one again is a duplicate. */
  seen(key: number, seq: number, atMs: number, isEvent: boolean): void {
    const state = this.stateOf(key);
    if (state === undefined || state.ignored) return;
    if (state.gone) {
      this.reappearances++;
      state.gone = false;
    } else if (seq < state.lastSeenSeq) this.reordered++;
    else if (isEvent && seq === state.lastSeenSeq) this.duplicates++;
    state.lastSeenSeq = seq;
    if (seq <= state.seenSeq) return;
    state.seenSeq = seq;
    if (seq > (state.last?.seq ?? 0)) keep(state.early, { seq, atMs });
    this.settleUpTo(state, seq, atMs);
  }

  /** An event tells that the row was deleted; `untilMs`: the latest that it can have been, by the error of the clocks. */
  deleted(key: number, atMs: number, untilMs = atMs): void {
    const state = this.stateOf(key);
    if (state === undefined || state.ignored || state.gone) return;
    state.gone = true;
    this.settleDelete(state, { atMs, untilMs }, true);
  }

  /** A look has found no row; `untilMs`: when its answer came. */
  absent(key: number, atMs: number, untilMs = atMs): void {
    const state = this.keys.get(key);
    if (state === undefined || state.ignored || state.gone || state.lastSeenSeq === 0) return;
    state.gone = true;
    this.settleDelete(state, { atMs, untilMs }, false);
  }

  /** Gives up timing what was acknowledged more than the deadline before `nowMs`. */
  expire(nowMs: number): void {
    for (; this.queueAt < this.queue.length; this.queueAt++) {
      const change = this.queue[this.queueAt];
      if (change === undefined) continue;
      if (change.outcome === 'pending' && change.ackedMs + this.options.deadlineMs > nowMs) break;
      if (change.outcome !== 'pending') continue;
      this.end(change, 'late');
      change.state.late.push(change);
    }
    if (this.queueAt < 10_000) return;
    this.queue = this.queue.slice(this.queueAt);
    this.queueAt = 0;
  }

  /** Moves a change to its outcome, whatever it was before. */
  end(change: Change, outcome: Outcome): void {
    const { state } = change;
    if (change.outcome === outcome) return;
    this.outcomes[change.outcome]--;
    this.outcomes[outcome]++;
    if (change.outcome === 'late') remove(state.late, change);
    if (change.outcome === 'pending') remove(state.pending, change);
    change.outcome = outcome;
    if (state.pending.length === 0) this.waiting.delete(state);
  }

  /** True when nothing is waited for but changes of rows that are deleted by now: nothing may ever be seen of them. */
  get onlyDeletedWait(): boolean {
    for (const { last, doubt } of this.waiting)
      if (last?.operation !== DELETE && doubt?.operation !== DELETE) return false;
    return true;
  }

  private stateOf(key: number): KeyState | undefined {
    const known = this.keys.get(key);
    if (known !== undefined || this.keys.size >= this.options.maxKeys) return known;
    const state = newKeyState(key);
    this.keys.set(key, state);
    return state;
  }

  private forget(state: KeyState): void {
    state.ignored = true;
    for (const change of openOf(state)) this.end(change, 'notFollowed');
  }

  /** A write had no answer: the key is left alone from now on. */
  private doubt(state: KeyState, seq: number, operation: number): void {
    state.doubt = { seq, operation };
    // It was seen deleted before this was told: so the write has happened, and has taken with it what came before.
    if (operation === DELETE && state.gone) this.supersedeAll(state);
  }

  /** When it became visible decides, not when that was told: a change that was visible in time is timed. */
  private arrived(change: Change, atMs: number): void {
    if (atMs - change.ackedMs <= this.options.deadlineMs) {
      this.end(change, 'timed');
      this.options.timed(change, atMs);
      return;
    }
    this.end(change, 'late');
    // It was too late for good, whatever follows.
    remove(change.state.late, change);
  }

  private supersedeAll(state: KeyState): void {
    for (const change of openOf(state)) this.end(change, 'superseded');
  }

  /** Every insert and update up to `seq` has arrived: this one now, those before at some time. */
  private settleUpTo(state: KeyState, seq: number, atMs: number): void {
    for (const change of openOf(state)) {
      if (change.operation === DELETE || change.seq > seq) continue;
      if (change.seq === seq) this.arrived(change, atMs);
      else this.end(change, 'superseded');
    }
  }

  private settleDelete(state: KeyState, gone: Gone, isEvent: boolean): void {
    const change = openOf(state).find(({ operation }) => operation === DELETE);
    if (change === undefined) {
      // Without an answer no delete will ever be told of.
      if (state.doubt?.operation === DELETE) this.supersedeAll(state);
      else keep(state.earlyGone, gone);
      return;
    }
    // A look that has found an earlier seq, and then nothing, proves the deletion, but its change was not followed.
    if (isEvent || state.seenSeq >= change.priorSeq) this.arrived(change, gone.atMs);
    else this.end(change, 'superseded');
    this.supersedeAll(state);
  }

  /** PostgreSQL was quicker than the writer's own acknowledgement, or than its way to here. */
  private matchEarly(state: KeyState, change: Change): void {
    if (change.operation === DELETE) {
      const { earlyGone } = state;
      state.earlyGone = [];
      const gone = earlyGone.find(({ untilMs }) => untilMs >= change.sentMs);
      if (gone !== undefined) this.settleDelete(state, gone, true);
      // Gone before it was sent: somebody else has deleted it, and this delete will find nothing.
      else if (earlyGone.length > 0) this.unexpectedDeletes++;
      return;
    }
    const seen = state.early.find(({ seq }) => seq === change.seq);
    state.early = state.early.filter(({ seq }) => seq > change.seq);
    if (seen !== undefined) this.arrived(change, seen.atMs);
    else if (state.seenSeq > change.seq) this.end(change, 'superseded');
  }
}

/** What may still come to an end by what is seen. */
const openOf = ({ pending, late }: KeyState): Change[] => [...late, ...pending];

function keep<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > EARLY_MOST) list.shift();
}

function remove<T>(list: T[], one: T): void {
  const at = list.indexOf(one);
  if (at >= 0) list.splice(at, 1);
}
