import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Clock } from '#libs/load/clock.js';
import type { StoredRun } from '#libs/store/port.js';
import type { Span, Tracing } from '#libs/telemetry/tracing.js';
import type { Backlog, ExecutorMetrics } from './metrics/executor-metrics.js';

/** The life of a shard on its executor: taken; target and connections; wait for the others; load; last writes. */
export type Phase = 'claim' | 'prepare' | 'barrier' | 'run' | 'finish';

export interface WatchParts {
  metrics: ExecutorMetrics;
  tracing: Tracing;
  clock: Clock;
  executorId: string;
}

/** Tells metrics and traces what becomes of one claimed shard. Never throws. */
export class RunWatch {
  private kind = 'unknown';
  private shard: Span | undefined;
  private phase: { name: Phase; span: Span | undefined; sinceMs: number };
  private isOver = false;

  constructor(private readonly parts: WatchParts) {
    // The span of the claim is made when the run, and with it the trace, is known.
    this.phase = { name: 'claim', span: undefined, sinceMs: parts.clock.epochMs() };
  }

  /** The run behind the claim was read. */
  known(run: StoredRun, shardIndex: number, backlog: () => Backlog): void {
    const { metrics, tracing, executorId } = this.parts;
    const startMs = this.phase.sinceMs;
    this.kind = run.kind;
    const lanes = run.shards.find((shard) => shard.index === shardIndex)?.lanes ?? [];
    const threads = lanes.reduce((sum, lane) => sum + lane.threads, 0);
    metrics.claimed(run.id, run.kind, startMs - run.createdAtMs, backlog, threads);
    this.shard = tracing.start({
      name: `${run.kind} shard`,
      kind: 'internal',
      parent: run.origin?.traceParent ?? undefined,
      startMs,
      attributes: {
        'tidemark.run_id': run.id,
        'tidemark.kind': run.kind,
        'tidemark.shard': shardIndex,
        'tidemark.executor': executorId,
        ...(typeof run.origin?.correlationId === 'string' && { 'tidemark.correlation_id': run.origin.correlationId }),
      },
    });
    this.phase.span = this.start('claim', startMs);
  }

  /** Ends the phase before and begins `name`. */
  enter(name: Phase): void {
    this.leave();
    const sinceMs = this.parts.clock.epochMs();
    this.phase = { name, sinceMs, span: this.start(name, sinceMs) };
  }

  renewed(result: 'renewed' | 'refused' | 'failed'): void {
    this.parts.metrics.renewed(result);
  }

  interval(snapshot: IntervalSnapshot): void {
    this.parts.metrics.interval(this.kind, snapshot);
  }

  flushed(snapshots: readonly IntervalSnapshot[]): void {
    const [oldest] = snapshots;
    if (oldest === undefined) return;
    this.parts.metrics.flushed(snapshots.length, this.parts.clock.epochMs() - (oldest.startMs + oldest.lengthMs));
  }

  /** `outcome`: ran, failed, cancelled, fenced … `error`: why, when it failed. Only the first call counts. */
  end(outcome: string, error?: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.leave(error);
    this.parts.metrics.finished(this.kind, outcome);
    this.shard?.end({ error, attributes: { 'tidemark.outcome': outcome } });
  }

  private start(name: Phase, startMs: number): Span | undefined {
    const parent = this.shard?.traceParent;
    return this.shard && this.parts.tracing.start({ name, kind: 'internal', parent, startMs });
  }

  private leave(error?: string): void {
    const { name, span, sinceMs } = this.phase;
    this.parts.metrics.phase(this.kind, name, Math.max(0, this.parts.clock.epochMs() - sinceMs));
    span?.end({ error });
  }
}
