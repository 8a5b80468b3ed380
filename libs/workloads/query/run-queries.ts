import { CodedError } from '#libs/contract/coded-error.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import type { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import { constantSchedule, poissonSchedule, type Schedule } from '#libs/load/schedule.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { runFromCommonStart } from '#libs/workloads/lane/common-start.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import type { Binding } from './binding.js';
import type { BadRow, QueryReport } from './query.schema.js';
import { QueryTally } from './query-tally.js';
import type { QueryTarget } from './query-target.js';
import type { RowQueue } from './row-queue.js';
import { RowReader } from './row-reader.js';

const NS_PER_MS = 1e6;
/** What waits in the queue of a run that is stopped may still be asked for so long: a run has to end within a second. */
const DRAIN_MS = 700;
/** Enough to see what is wrong; their number is in the metrics. */
const SHOWN_FAILURES = 10;
/** Which of a lane's random sequences arrivals are drawn from. */
const ARRIVALS = 4;

export const QUERY = 'QUERY';

export interface QueryRun {
  input: LaneInput<'query'>;
  events: DriverEvents;
  queue: RowQueue;
  notes: FailureNotes;
  target: QueryTarget;
  binding: Binding;
  /** Undefined in a dry run. */
  session: WireSession | undefined;
  /** The common start, epoch milliseconds. */
  startAtMs: number;
  signal: AbortSignal;
}

function scheduleOf({ spec, share, target: { busyLanes } }: LaneInput<'query'>): Schedule | undefined {
  const { rate } = spec;
  if (rate.model === 'closed')
    return rate.throttlePerSecond === undefined
      ? undefined
      : constantSchedule(rate.throttlePerSecond, share.first, busyLanes);
  return rate.arrival === 'poisson'
    ? poissonSchedule(rate.ratePerSecond, busyLanes, laneRandom(spec, share, ARRIVALS))
    : constantSchedule(rate.ratePerSecond, share.first, busyLanes);
}

const NO_TOTALS = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };

/** One worker of a run: a reader that fills the queue and a loop that empties it. */
class Worker {
  private readonly reader: RowReader;
  private readonly tally: QueryTally;
  private readonly loop: Loop;
  private readonly recorder: LaneRecorder;
  private failure: ShardResult['failure'];
  private told = 0;
  private toldBad = 0;
  private sinceLineMs = 0;
  /** Of the reader, when the interval before ended. */
  private past = { rowsRead: 0, filesRead: 0 };

  constructor(private readonly parts: QueryRun) {
    const { input, events, queue, target, session, startAtMs } = parts;
    const { spec, share } = input;
    this.recorder = new LaneRecorder({
      operations: [QUERY],
      withSchedule: spec.rate.model === 'open' || spec.rate.throttlePerSecond !== undefined,
      startAtMs,
      originNs: systemClock.atEpochMs(startAtMs),
      emit: (snapshot) => this.emit(snapshot),
      totals: () => session?.totals() ?? NO_TOTALS,
      shards: {
        take: () => session?.takeShards() ?? [],
        isOver: () => this.loop.isOver,
        intervalMs: spec.log.intervalMs,
      },
      extremes: () => this.loop.takeExtremes(),
    });
    this.loop = new Loop({
      clock: systemClock,
      target,
      source: queue,
      recorder: this.recorder,
      slots: share.threads,
      schedule: scheduleOf(input),
      dropOverdue: false,
      throttle: spec.rate.model === 'closed',
      durationNs: spec.durationMs === undefined ? undefined : spec.durationMs * NS_PER_MS,
      intervalNs: spec.log.intervalMs * NS_PER_MS,
      retries: 0,
      retryable: new Uint8Array(OUTCOMES.length),
      failed: (slot, outcome) => this.failed(slot, outcome),
    });
    this.reader = new RowReader({
      spec,
      files: input.target.files,
      binding: parts.binding,
      queue,
      wake: () => this.loop.pump(),
      bad: (row) => this.bad(row),
    });
    this.tally = new QueryTally(share.first + 1, queue, this.reader, () => this.loop.completed);
    target.report(this.loop, () => this.loop.pump());
    events.log('info', this.tally.tagged('INFO', `files: ${this.fileNames().join(', ') || 'none'}`, 'reader'));
  }

  async run(): Promise<ShardResult> {
    const { events, startAtMs, signal, notes } = this.parts;
    const reading = this.reader.run().catch((error: unknown) => this.readFailed(error));
    const drained = new AbortController();
    const stop = () => {
      this.reader.stop();
      void systemClock.sleep(DRAIN_MS, drained.signal).then(() => this.loop.stop());
    };
    await runFromCommonStart({ loop: this.loop, clock: systemClock, startAtMs, signal, events, stop });
    drained.abort();
    this.reader.stop();
    await reading;
    this.recorder.close();
    events.log('info', this.tally.line(this.sinceLineMs));
    if (this.loop.abandoned > 0)
      events.log(
        'warn',
        `${this.loop.abandoned} queries were still in flight when the run ended; they are in no figure`,
      );
    return {
      completed: this.loop.completed,
      mismatches: notes.mismatchCount,
      stopped: signal.aborted,
      report: this.report(),
      failure: this.failure,
    };
  }

  private fileNames(): string[] {
    return this.parts.input.target.files.map(({ name }) => name);
  }

  private report(): QueryReport {
    const { tally, reader, parts } = this;
    const { queue, input } = parts;
    const { rowsRead, skippedRows, badRowCount, badRows } = reader;
    const { ok, timeouts, errors, missing, different } = tally;
    return {
      kind: 'query',
      dataset: input.spec.dataset,
      assignments: [{ worker: input.share.first + 1, files: this.fileNames() }],
      files: reader.filesRead,
      rowsRead,
      skippedRows,
      badRowCount,
      badRows,
      submitted: queue.seed,
      ok,
      timeouts,
      errors,
      missing,
      different,
      notSubmitted: rowsRead - skippedRows - badRowCount - queue.seed,
      queueDepthMax: queue.depthMax,
    };
  }

  private emit(snapshot: IntervalSnapshot): void {
    const { events, input, queue } = this.parts;
    const { rowsRead, filesRead } = this.reader;
    const { past } = this;
    const reading = { rowsRead: rowsRead - past.rowsRead, files: filesRead - past.filesRead, queueDepth: queue.depth };
    this.past = { rowsRead, filesRead };
    events.interval({ ...snapshot, self: { ...snapshot.self, reading } });
    this.sinceLineMs += snapshot.lengthMs;
    if (this.sinceLineMs < input.spec.log.metricsEveryMs || this.loop.isOver) return;
    events.log('info', this.tally.line(this.sinceLineMs));
    this.sinceLineMs = 0;
  }

  private failed(slot: number, outcome: number): boolean {
    const { notes, events } = this.parts;
    const isTimeout = this.tally.failed(outcome);
    const text = notes.failed(slot, outcome);
    this.told++;
    if (this.told <= SHOWN_FAILURES)
      events.log('warn', this.tally.tagged('WARNING', `${isTimeout ? 'Query timeout' : 'Query failed'}: ${text}`));
    else if (this.told === SHOWN_FAILURES + 1)
      events.log('warn', this.tally.tagged('WARNING', 'more queries failed; the metrics have their number'));
    return false;
  }

  private bad({ file, row, reason }: BadRow): void {
    const { events } = this.parts;
    this.toldBad++;
    if (this.toldBad > SHOWN_FAILURES) return;
    events.log('warn', this.tally.tagged('WARNING', `${file} row ${row} cannot be asked for: ${reason}`, 'reader'));
  }

  private readFailed(error: unknown): void {
    const coded = error instanceof CodedError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    this.failure ??= { code: coded?.code ?? 'INTERNAL', message };
    this.loop.stop();
  }
}

/** Asks for the rows of a worker's files, from the common start to the end. */
export const runQueries = (parts: QueryRun): Promise<ShardResult> => new Worker(parts).run();
