import { ChangeBook } from '#libs/cdc/change-book.js';
import { ChangeRing, type RingChange } from '#libs/cdc/change-ring.js';
import { judgeKey, type Wrong, type WrongRow } from '#libs/cdc/final-state.js';
import { RowKeys } from '#libs/cdc/row-key.js';
import { CHANGE_NAMES, DELETE, RowShape } from '#libs/cdc/row-shape.js';
import type { OperationInterval, Replication } from '#libs/contract/interval.js';
import { systemClock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { followedKeys } from './followed-keys.js';
import { Latencies } from './latencies.js';
import type { Verified, VerifierInput } from './message.js';
import { verifiedOf } from './verified.js';
import { LogWatcher } from './log-watcher.js';
import { Watcher, type WatcherParts } from './watcher.js';
import type { Watching } from './watching.js';
import { csvLine, CSV_HEAD } from './wrong-rows.js';

/** How often the rings are emptied. */
const TICK_MS = 10;
/** Without a sign of anything more for so long, rows that are deleted by now may have been so before anybody looked. */
const QUIET_LEAST_MS = 500;
const QUIET_FACTOR = 2;
const KEPT_MISMATCHES = 100;
const CSV_EVERY = 500;
const JUDGE_TRIES = 5;

const NO_WRITES = { cpuUs: 0, rssBytes: 0, eventLoopDelayMaxMs: 0, scheduleLagMaxMs: 0, inFlightMax: 0 };
const NO_SELF = { ...NO_WRITES, inFlightCapHits: 0, gcPauseMs: 0, bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };

/** By the pipeline: where changes arrive. Throws CodedError. */
function openWatcher(parts: WatcherParts): Promise<Watching> {
  const { pipeline } = parts.input.spec;
  return pipeline.type === 'scylla-log' ? LogWatcher.open(parts, pipeline) : Watcher.open(parts);
}

/** Follows the changes of sampled keys from their acknowledgement to PostgreSQL, in a thread of its own. */
export class Verifier {
  private readonly book: ChangeBook;
  private readonly rings: readonly ChangeRing[];
  private readonly latencies = new Latencies();
  private readonly wrong: Record<Wrong, number> = { missing: 0, reappeared: 0, stale: 0, different: 0 };
  private vanished = 0;
  private shown = 0;
  private csv: string[] = [];
  private queueDepthMax = 0;
  private interval = 0;
  private startAtMs = 0;
  private isFinishing = false;
  private isAborted = false;
  private past: Replication['verified'] = { timed: 0, superseded: 0, unknown: 0, unverified: 0, lost: 0 };
  private pastErrors: Record<string, number> = {};
  private readonly change: RingChange = { key: 0, seq: 0, operation: 0, state: 0, dueMs: 0, sentMs: 0, ackedMs: 0 };

  private constructor(
    private readonly input: VerifierInput,
    private readonly events: Pick<DriverEvents, 'log' | 'interval' | 'mismatch' | 'artifact'>,
    private readonly shape: RowShape,
    private readonly keys: RowKeys,
    private readonly watcherOf: (book: ChangeBook) => Promise<Watching>,
  ) {
    const { maxKeys, maxBacklog, deadlineMs } = input.spec.verification;
    const timed = this.latencies.timed.bind(this.latencies);
    this.book = new ChangeBook({ maxKeys, maxBacklog, deadlineMs, timed });
    this.rings = input.rings.map((ring) => new ChangeRing(ring));
  }

  private watcher: Watching | undefined;

  /** Connects to PostgreSQL. Throws CodedError. */
  static async open(
    input: VerifierInput,
    events: Pick<DriverEvents, 'log' | 'interval' | 'mismatch' | 'artifact'>,
  ): Promise<Verifier> {
    const { spec } = input;
    const shape = new RowShape(spec.table, spec.seed);
    const keys = new RowKeys(input.runId);
    const isSampled = followedKeys(spec, input.lanes);
    const verifier = new Verifier(input, events, shape, keys, (book) =>
      openWatcher({ input, shape, keys, book, isSampled, log: (level, message) => events.log(level, message) }),
    );
    verifier.watcher = await verifier.watcherOf(verifier.book);
    const { method, note, offset } = verifier.watcher;
    events.log(
      'info',
      `verifying by ${method}: ${note}${offset === null ? '' : `; PostgreSQL's clock is ${offset.offsetMs.toFixed(2)} ms ahead, to within ${offset.errorMs.toFixed(2)} ms`}`,
    );
    return verifier;
  }

  /** The lanes have written all they will. Aborted: what is still open stays so. */
  finish(isAborted: boolean): void {
    this.isFinishing = true;
    this.isAborted ||= isAborted;
  }

  abort(): void {
    this.isAborted = true;
  }

  /** Follows the changes until `finish`, then waits for what is open, compares the final rows and answers what was found. */
  async run(startAtMs: number): Promise<Verified> {
    const watcher = this.opened;
    this.startAtMs = startAtMs;
    const { pollIntervalMs } = this.input.spec.verification;
    let lookAtMs = 0;
    while (!this.isFinishing && !this.isAborted) {
      this.turn();
      if (systemClock.epochMs() >= lookAtMs) {
        lookAtMs = systemClock.epochMs() + pollIntervalMs;
        await watcher.look(() => this.turn());
      }
      await systemClock.sleep(Math.min(TICK_MS, pollIntervalMs));
    }
    while (!this.isFinishing) await systemClock.sleep(TICK_MS);
    this.turn();
    const beganMs = systemClock.epochMs();
    const drained = await this.drain(beganMs);
    const drainMs = systemClock.epochMs() - beganMs;
    await this.judge();
    this.cut();
    const after = await watcher.measureOffset().catch(() => undefined);
    const { book, latencies, wrong, vanished, queueDepthMax } = this;
    const facts = { wrong, vanished, queueDepthMax, drainMs, drained, isAborted: this.isAborted };
    return verifiedOf({ book, latencies, watcher, after, ...facts });
  }

  async close(): Promise<void> {
    await this.watcher?.close();
    this.latencies.close();
  }

  private get opened(): Watching {
    if (this.watcher === undefined) throw new Error('the verifier was not opened');
    return this.watcher;
  }

  /** Takes what the lanes have told, gives up what is too late, and ends intervals. */
  private turn(): void {
    const { book, change } = this;
    for (const ring of this.rings) while (ring.pop(change)) book.written(change);
    const nowMs = systemClock.epochMs();
    book.expire(nowMs);
    this.queueDepthMax = Math.max(this.queueDepthMax, book.backlog);
    const { durationMs, log } = this.input.spec;
    const { intervalMs } = log;
    const endMs = this.startAtMs + durationMs;
    for (;;) {
      const boundaryMs = this.startAtMs + (this.interval + 1) * intervalMs;
      // As in the lanes, the last interval takes the rest with it.
      if (nowMs < boundaryMs || boundaryMs >= endMs || this.isFinishing) return;
      this.cut();
    }
  }

  /** Waits until nothing is open that can still be seen; false when the deadline came first. */
  private async drain(beganMs: number): Promise<boolean> {
    const { book, latencies } = this;
    const watcher = this.opened;
    const { drainDeadlineMs, pollIntervalMs } = this.input.spec.verification;
    let [changedMs, open] = [beganMs, -1];
    for (;;) {
      this.turn();
      const nowMs = systemClock.epochMs();
      if (book.backlog !== open) [changedMs, open] = [nowMs, book.backlog];
      const quietMs = Math.max(QUIET_LEAST_MS, QUIET_FACTOR * latencies.maxMs);
      if (open === 0 || (book.onlyDeletedWait && nowMs - changedMs >= quietMs)) return true;
      if (this.isAborted || nowMs - beganMs >= drainDeadlineMs) return book.onlyDeletedWait;
      await watcher.look(() => this.turn());
      await systemClock.sleep(Math.min(TICK_MS, pollIntervalMs));
    }
  }

  /** Compares the row of every sampled key with what it must be. */
  private async judge(): Promise<void> {
    const { book, keys } = this;
    const watcher = this.opened;
    const { batchSize } = this.input.spec.verification;
    const states = [...book.keys.values()].filter(({ ignored }) => !ignored);
    for (let at = 0, tries = 0; at < states.length && !this.isAborted && tries < JUDGE_TRIES;) {
      const batch = states.slice(at, at + batchSize);
      const isDone = await watcher.tried(async () => {
        const rows = await watcher.read(batch);
        for (const state of batch) {
          const wasTimed = state.last?.outcome === 'timed';
          const found = judgeKey(book, this.shape, state, keys.text(state.key), rows.get(state.key));
          if (found !== undefined) this.note(found, wasTimed);
          if (state.earlyGone.length > 0 && ![state.last, state.doubt].some((one) => one?.operation === DELETE))
            book.unexpectedDeletes++;
        }
      });
      if (isDone) at += batchSize;
      tries = isDone ? 0 : tries + 1;
      await systemClock.sleep(0);
    }
    // Nobody could look at them any more.
    for (const state of states) for (const change of state.pending.slice()) book.end(change, 'notFollowed');
    this.writeCsv();
  }

  private note(found: WrongRow, wasTimed: boolean): void {
    this.wrong[found.wrong]++;
    if (wasTimed) this.vanished++;
    this.latencies.lost();
    this.csv.push(csvLine(found));
    if (this.csv.length >= CSV_EVERY) this.writeCsv();
    if (this.shown++ >= KEPT_MISMATCHES) return;
    const column = `${found.wrong} after ${CHANGE_NAMES[found.operation] ?? ''}`;
    this.events.mismatch({ key: found.key, column, expected: found.expected, found: found.found });
  }

  private writeCsv(): void {
    if (this.csv.length === 0) return;
    const isFirst = this.shown <= this.csv.length;
    const text = `${isFirst ? CSV_HEAD : ''}${this.csv.join('')}`;
    this.events.artifact?.(`cdc-wrong-rows-${this.input.shardIndex}.csv`, 'text/csv', text);
    this.csv = [];
  }

  private cut(): void {
    const { intervalMs } = this.input.spec.log;
    const taken = this.latencies.take();
    const operations: Record<string, OperationInterval> = taken === undefined ? {} : { replication: taken };
    this.events.interval({
      interval: this.interval,
      startMs: Math.round(this.startAtMs + this.interval * intervalMs),
      // The lanes know how long it was: the drain is no part of it.
      lengthMs: 0,
      partial: true,
      operations,
      self: { ...NO_SELF, replication: this.takeReplication() },
    });
    this.interval++;
  }

  private takeReplication(): Replication {
    const { timed, superseded, unseen, unknown, late, backlog, notFollowed, lost } = this.book.outcomes;
    const now = { timed, superseded: superseded + unseen, unknown, unverified: late + backlog + notFollowed, lost };
    const { past, pastErrors } = this;
    this.past = now;
    const errors = { ...this.opened.errors };
    this.pastErrors = errors;
    return {
      queueDepth: this.book.backlog,
      verified: {
        timed: now.timed - past.timed,
        superseded: now.superseded - past.superseded,
        unknown: now.unknown - past.unknown,
        unverified: now.unverified - past.unverified,
        lost: now.lost - past.lost,
      },
      sinkErrors: Object.fromEntries(
        Object.entries(errors).map(([name, count]) => [name, count - (pastErrors[name] ?? 0)]),
      ),
    };
  }
}
