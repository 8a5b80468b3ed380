import type { Change } from '#libs/cdc/key-state.js';
import type { OperationInterval } from '#libs/contract/interval.js';
import { OperationRecorder } from '#libs/stats/recorder.js';
import { SignedLatency } from '#libs/stats/signed-latency.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import { latencyOf } from '../cdc-latency.js';
import type { Verified } from './message.js';

const NS_PER_MS = 1e6;

/** Replication latencies: as an operation beside the writes in each interval, and over the whole run. */
export class Latencies {
  /** What the longest change took from its acknowledgement. */
  maxMs = 0;
  /** Of the interval: `start` is the acknowledgement, so that st counts from it and rt from when the write was due. */
  private readonly recorder = new OperationRecorder(true);
  private readonly fromAck = new SignedLatency();
  private readonly fromSend = new SignedLatency();
  private readonly fromDue = new SignedLatency();

  timed({ ackedMs, sentMs, dueMs }: Change, visibleMs: number): void {
    const ms = visibleMs - ackedMs;
    this.fromAck.record(ms);
    this.fromSend.record(visibleMs - sentMs);
    this.fromDue.record(visibleMs - dueMs);
    this.maxMs = Math.max(this.maxMs, ms);
    // A histogram has no place for it: it is counted apart, and in the figures of the report it is what it is.
    if (ms < 0) return;
    this.recorder.scheduled();
    this.recorder.record(OUTCOME_INDEX.ok, (dueMs - ackedMs) * NS_PER_MS, 0, ms * NS_PER_MS, 1, 0, 1);
  }

  lost(): void {
    this.recorder.scheduled();
    this.recorder.record(OUTCOME_INDEX.missing, 0, 0, 0, 0, 0, 0);
  }

  /** Since the last call; undefined when nothing came. */
  take(): OperationInterval | undefined {
    return this.recorder.snapshot();
  }

  figures(): Pick<Verified, 'fromAck' | 'fromSend' | 'fromDue' | 'negativeFromAck'> {
    return {
      fromAck: latencyOf(this.fromAck),
      fromSend: latencyOf(this.fromSend),
      fromDue: latencyOf(this.fromDue),
      negativeFromAck: this.fromAck.negative,
    };
  }

  close(): void {
    this.recorder.destroy();
    for (const each of [this.fromAck, this.fromSend, this.fromDue]) each.destroy();
  }
}
