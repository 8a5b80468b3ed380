import { OUTCOMES } from '#libs/contract/outcome.js';
import type { WireSession } from '#libs/cql/session.js';
import type { Aimd } from '#libs/load/aimd.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { runFromCommonStart } from '#libs/workloads/lane/common-start.js';
import { IntervalJoin } from '#libs/workloads/lane/interval-join.js';
import { LaneRecorder, type LaneRecorderOptions } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { BatchSource } from './batch-source.js';
import type { BatchTarget } from './batch-target.js';
import { RETRYABLE } from './busy-outcomes.js';
import { FailurePause } from './failure-pause.js';
import type { KeyPool } from './key-pool.js';
import { LanePacing } from './lane-pacing.js';
import { ReadSchedule } from './read-schedule.js';
import { ReadSource } from './read-source.js';
import type { ReadTarget } from './read-target.js';
import type { SoakReport } from './soak.schema.js';
import { ownOf } from './soak.plan.js';
import { READS, SIZES, ARRIVALS } from './soak-random.js';
import { SoakTally } from './soak-tally.js';

const NS_PER_MS = 1e6;
/** What is in flight when a run is stopped gets so long: a run has to end within a second. */
const DRAIN_MS = 700;
const NO_TOTALS = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };

export const WRITE = 'WRITE';
export const READ = 'READ';

export interface SoakRun {
  input: LaneInput<'soak'>;
  events: DriverEvents;
  session: WireSession;
  batches: BatchTarget;
  reads: ReadTarget;
  pool: KeyPool;
  aimd: Aimd;
  batchNotes: FailureNotes;
  readNotes: FailureNotes;
  /** The common start, epoch milliseconds. */
  startAtMs: number;
  signal: AbortSignal;
}

/** One lane of a soak run: a loop that writes as fast as the target lets it, and one that reads when reads are due. */
class SoakLane {
  private readonly join: IntervalJoin;
  private readonly recorders: LaneRecorder[] = [];
  private readonly source: BatchSource;
  private readonly writer: Loop;
  private readonly reader: Loop | undefined;
  private readonly schedule: ReadSchedule;
  private readonly tally: SoakTally;
  private readonly pacing: LanePacing;
  private readonly pause: FailurePause;
  private originNs = 0;

  constructor(private readonly parts: SoakRun) {
    const { input, events, batches, aimd, pool, reads } = parts;
    const { spec, share } = input;
    const readers = ownOf(spec.readers, share);
    this.join = new IntervalJoin(readers.length > 0 ? 2 : 1, (snapshot) => events.interval(snapshot));
    this.source = new BatchSource({
      spec,
      writers: ownOf(spec.writers, share),
      random: laneRandom(spec, share, SIZES),
      mayBegin: () => batches.hasPlace && this.pause.isOver,
      soon: (callback) => void systemClock.soon(callback),
      wake: () => this.writer.pump(),
    });
    this.pause = new FailurePause({
      nowNs: () => systemClock.nowNs(),
      wakeAt: (atNs, callback) => void systemClock.wakeAt(atNs, callback),
      backoffNs: (failures) => aimd.backoff(failures),
      wake: () => this.writer.pump(),
    });
    this.schedule = new ReadSchedule(spec, readers, laneRandom(spec, share, ARRIVALS));
    this.tally = new SoakTally(parts);
    this.pacing = new LanePacing({ aimd, pool, batches, reads, isReading: () => this.schedule.opensNs < Infinity });
    this.writer = this.writing();
    this.reader = readers.length > 0 ? this.reading(readers.length) : undefined;
  }

  async run(): Promise<ShardResult> {
    const { startAtMs, signal, events } = this.parts;
    const drained = new AbortController();
    const { writer, reader } = this;
    await runFromCommonStart({
      loop: { run: (originNs) => this.runLoops(originNs), stop: () => undefined },
      clock: systemClock,
      startAtMs,
      signal,
      events,
      stop: () => {
        this.source.close();
        reader?.stop();
        void systemClock.sleep(DRAIN_MS, drained.signal).then(() => writer.stop());
      },
    });
    drained.abort();
    for (const recorder of this.recorders) recorder.close();
    return {
      completed: writer.completed + (reader?.completed ?? 0),
      mismatches: this.parts.readNotes.mismatchCount,
      stopped: signal.aborted,
      report: this.report(),
    };
  }

  private async runLoops(originNs: number): Promise<void> {
    const { writer, reader, tally, join } = this;
    this.originNs = originNs;
    await Promise.all([
      writer.run(originNs).then(() => {
        tally.writingIsOver(writer.abandoned);
        join.leave(0);
      }),
      reader?.run(originNs).then(() => {
        tally.readingIsOver(reader.completed);
        join.leave(1);
      }),
    ]);
  }

  private writing(): Loop {
    const { input, session, batches, aimd } = this.parts;
    const { spec, share } = input;
    const recorder = this.recorder(WRITE, false, () => loop, {
      totals: () => session.totals(),
      shards: { take: () => session.takeShards(), isOver: () => loop.isOver, intervalMs: spec.log.intervalMs },
      emit: (snapshot) => this.join.add(0, { ...snapshot, self: { ...snapshot.self, pacing: this.pacing.take() } }),
    });
    const loop: Loop = new Loop({
      clock: systemClock,
      target: batches,
      source: this.source,
      recorder,
      slots: share.threads,
      dropOverdue: false,
      durationNs: spec.durationMs === undefined ? undefined : spec.durationMs * NS_PER_MS,
      intervalNs: spec.log.intervalMs * NS_PER_MS,
      retries: spec.backpressure.retries,
      retryable: RETRYABLE,
      retryDelayNs: (_outcome, tries) => {
        this.tally.batchRetries++;
        return aimd.backoff(tries);
      },
      failed: (slot, outcome) => {
        this.tally.batchFailed(slot, outcome);
        this.pause.failed(batches.batchesWritten);
        return false;
      },
    });
    batches.report(loop, () => loop.pump(), this.source);
    return loop;
  }

  private reading(readers: number): Loop {
    const { input, reads, pool } = this.parts;
    const { spec, share } = input;
    const source = new ReadSource(pool, spec.verifyShare, laneRandom(spec, share, READS));
    const recorder = this.recorder(READ, true, () => loop, {
      totals: () => NO_TOTALS,
      emit: (snapshot) => this.join.add(1, snapshot),
    });
    const loop: Loop = new Loop({
      clock: systemClock,
      target: reads,
      source,
      recorder,
      slots: readers * spec.readsInFlight,
      schedule: this.schedule,
      dropOverdue: false,
      // What was due and not sent is counted whenever the end comes.
      durationNs: spec.durationMs === undefined ? Infinity : spec.durationMs * NS_PER_MS,
      intervalNs: spec.log.intervalMs * NS_PER_MS,
      retries: 0,
      retryable: new Uint8Array(OUTCOMES.length),
      failed: (slot, outcome) => {
        this.tally.readFailed(slot, outcome);
        return false;
      },
    });
    const turn = () => {
      if (pool.size > 0) this.schedule.open(systemClock.nowNs() - this.originNs);
      loop.pump();
    };
    reads.report(loop, turn, source);
    return loop;
  }

  private recorder(
    operation: string,
    withSchedule: boolean,
    loop: () => Loop,
    rest: Pick<LaneRecorderOptions, 'totals' | 'emit' | 'shards'>,
  ): LaneRecorder {
    const { startAtMs } = this.parts;
    const recorder = new LaneRecorder({
      operations: [operation],
      withSchedule,
      startAtMs,
      originNs: systemClock.atEpochMs(startAtMs),
      extremes: () => loop().takeExtremes(),
      ...rest,
    });
    this.recorders.push(recorder);
    return recorder;
  }

  private report(): SoakReport {
    const { schedule, tally, pacing } = this;
    const waitedMs = schedule.opensNs === Infinity ? null : schedule.opensNs / NS_PER_MS;
    return { ...tally.report(), ...pacing.totals(), readersWaitedMs: this.reader === undefined ? null : waitedMs };
  }
}

/** Writes and reads from the common start to the end. */
export const runSoak = (parts: SoakRun): Promise<ShardResult> => new SoakLane(parts).run();
