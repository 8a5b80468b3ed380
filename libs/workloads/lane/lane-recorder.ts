import type { IntervalSnapshot, OperationInterval, SelfWatch, TargetShardCounts } from '#libs/contract/interval.js';
import type { LoopRecorder } from '#libs/load/loop.js';
import { SelfObserver } from '#libs/load/self-watch.js';
import { OperationRecorder } from '#libs/stats/recorder.js';

const NS_PER_MS = 1e6;
/** Shards are told of so seldom that even a large cluster's fit into a row. */
const SHARDS_EVERY_MS = 5_000;

export interface LaneRecorderOptions {
  operations: readonly string[];
  withSchedule: boolean;
  /** The run's common start, on both clocks. */
  startAtMs: number;
  originNs: number;
  emit: (snapshot: IntervalSnapshot) => void;
  /** Running totals of the connections. */
  totals: () => Pick<SelfWatch, 'bytesSent' | 'bytesReceived' | 'lateAnswers'>;
  /** What each shard of the target answered since the last call; absent where there are none. */
  shards?: {
    take: () => TargetShardCounts[];
    /** Asked while an interval is cut: it is the last one. */
    isOver: () => boolean;
    intervalMs: number;
  };
  /** The loop's extremes since the last call. */
  extremes: () => Pick<SelfWatch, 'inFlightMax' | 'scheduleLagMaxMs' | 'inFlightCapHits'>;
}

/** Records what the loop reports, and makes one snapshot of each interval. */
export class LaneRecorder implements LoopRecorder {
  private readonly recorders: readonly OperationRecorder[];
  private readonly self = new SelfObserver();
  private past: ReturnType<LaneRecorderOptions['totals']>;

  constructor(private readonly options: LaneRecorderOptions) {
    this.recorders = options.operations.map(() => new OperationRecorder(options.withSchedule));
    // What was counted while warming up is not the run's.
    this.past = options.totals();
    options.shards?.take();
    this.self.take();
  }

  scheduled(operation: number): void {
    this.recorders[operation]?.scheduled();
  }

  dropped(operation: number): void {
    this.recorders[operation]?.dropped();
  }

  record(
    operation: number,
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    rows: number,
    retries: number,
    partitions: number,
  ): void {
    this.recorders[operation]?.record(outcome, dueNs, startNs, endNs, rows, retries, partitions);
  }

  cut(interval: number, startNs: number, endNs: number, partial: boolean): void {
    const { options, past } = this;
    const seen = options.totals();
    const operations: Record<string, OperationInterval> = {};
    for (const [index, name] of options.operations.entries()) {
      const taken = this.recorders[index]?.snapshot();
      if (taken) operations[name] = taken;
    }
    const self: SelfWatch = {
      ...options.extremes(),
      ...this.self.take(),
      bytesSent: seen.bytesSent - past.bytesSent,
      bytesReceived: seen.bytesReceived - past.bytesReceived,
      lateAnswers: seen.lateAnswers - past.lateAnswers,
    };
    this.past = seen;
    const shards = this.takeShards(interval);
    if (shards.length > 0) self.targetShards = shards;
    options.emit({
      interval,
      startMs: Math.round(options.startAtMs + (startNs - options.originNs) / NS_PER_MS),
      lengthMs: (endNs - startNs) / NS_PER_MS,
      partial,
      operations,
      self,
    });
  }

  /** Every few intervals, and in the last one. */
  private takeShards(interval: number): TargetShardCounts[] {
    const { shards } = this.options;
    if (shards === undefined) return [];
    const every = Math.max(1, Math.round(SHARDS_EVERY_MS / shards.intervalMs));
    return (interval + 1) % every === 0 || shards.isOver() ? shards.take() : [];
  }

  close(): void {
    this.self.close();
    for (const recorder of this.recorders) recorder.destroy();
  }
}
