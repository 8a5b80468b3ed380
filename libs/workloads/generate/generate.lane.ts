import { CodedError } from '#libs/contract/coded-error.js';
import { FileWriter } from '#libs/dataset/file-writer.js';
import type { FileRecord } from '#libs/dataset/file-record.js';
import { SpaceWatch } from '#libs/dataset/free-space.js';
import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard, ShardResult } from '#libs/workloads/driver.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { fileLine } from './file-line.js';

/** Between two looks at how much room the disk has. */
const SPACE_EVERY_BYTES = 67_108_864;
const NS_PER_MS = 1e6;
const ROW = 0;

/** Cuts the run's intervals and times every row, as a lane goes from one row to the next. */
class RowClock {
  bytes = 0;
  rows = 0;
  private interval = 0;
  private cutNs: number;
  private lastNs: number;
  private readonly recorder: LaneRecorder;

  constructor(
    private readonly intervalNs: number,
    startAtMs: number,
    events: DriverEvents,
  ) {
    const originNs = systemClock.atEpochMs(startAtMs);
    this.cutNs = originNs;
    this.lastNs = systemClock.nowNs();
    this.recorder = new LaneRecorder({
      operations: ['ROW'],
      withSchedule: false,
      startAtMs,
      originNs,
      emit: (snapshot) => events.interval(snapshot),
      totals: () => ({ bytesSent: this.bytes, bytesReceived: 0, lateAnswers: 0 }),
      extremes: () => ({ inFlightMax: 1, scheduleLagMaxMs: 0, inFlightCapHits: 0 }),
    });
  }

  /** A file begins: what came before belongs to no row. */
  begin(): void {
    this.lastNs = systemClock.nowNs();
  }

  /** A row was made; waiting for the disk before it is part of it. */
  row(): void {
    const nowNs = systemClock.nowNs();
    this.rows++;
    this.recorder.scheduled(ROW);
    this.recorder.record(ROW, 0, this.lastNs, this.lastNs, nowNs, 1, 0, 1);
    this.lastNs = nowNs;
  }

  /** Ends the intervals that are over. */
  cutDue(): void {
    for (const nowNs = systemClock.nowNs(); nowNs >= this.cutNs + this.intervalNs;)
      this.cut(this.cutNs + this.intervalNs, false);
  }

  close(): void {
    this.cutDue();
    this.cut(Math.max(this.cutNs + 1, systemClock.nowNs()), true);
    this.recorder.close();
  }

  private cut(endNs: number, partial: boolean): void {
    this.recorder.cut(this.interval++, this.cutNs, endNs, partial);
    this.cutNs = endNs;
  }
}

/** A lane of a generate run: its files, one after another. Throws CodedError. */
export async function openGenerateLane(input: LaneInput<'generate'>, events: DriverEvents): Promise<OpenShard> {
  await loadHistograms();
  return {
    run: (startAtMs, signal) => runLane(input, events, startAtMs, signal),
    close: () => Promise.resolve(),
  };
}

async function runLane(
  { spec, share, target }: LaneInput<'generate'>,
  events: DriverEvents,
  startAtMs: number,
  signal: AbortSignal,
): Promise<ShardResult> {
  const waitMs = startAtMs - systemClock.epochMs();
  if (waitMs > 0) await systemClock.sleep(waitMs, signal);
  events.started(systemClock.epochMs());
  const clock = new RowClock(spec.log.intervalMs * NS_PER_MS, startAtMs, events);
  // Of a part that was taken over: the intervals before this lane began have no row of it.
  clock.cutDue();
  const finished = new Set(target.finished);
  const space = new SpaceWatch(target.folder, spec.minFreeBytes, SPACE_EVERY_BYTES);
  const writer = new FileWriter(target.folder, spec, target.owner, space, {
    row: () => clock.row(),
    block: (bytes) => {
      clock.bytes += bytes;
      clock.cutDue();
    },
    isStopped: () => signal.aborted,
  });
  const said = (record: FileRecord): void => events.log('info', fileLine(record, spec, target.shown));
  let failure: ShardResult['failure'];
  try {
    for (let index = share.first; index < spec.files && !signal.aborted; index += share.stride) {
      if (finished.has(index)) continue;
      clock.begin();
      const record = await writer.write(index);
      if (record) said(record);
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    failure = { code: error.code, message: error.message };
  }
  clock.close();
  return { completed: clock.rows, mismatches: 0, stopped: signal.aborted || failure !== undefined, failure };
}
