import { isEnded } from '#libs/contract/status.js';
import { summarise } from '#libs/stats/summary.js';
import type { Store, StoredRun } from '#libs/store/port.js';

/** What the run was to do, for the audit. */
const expectationOf = (run: StoredRun) => ({
  shards: run.shards.length,
  lanesPerShard: Math.max(1, ...run.shards.map((shard) => shard.lanes.length)),
  threads: run.spec.rate.threads,
  ratePerSecond: run.spec.rate.model === 'open' ? run.spec.rate.ratePerSecond : null,
  operations: run.spec.stop.type === 'operations' ? run.spec.stop.count : null,
  maxStartSkewMs: run.policies.maxStartSkewMs,
  carriedOut: run.status === 'completed' || (run.status === 'finishing' && run.cancelRequested === null),
});

/**
 * Computes and saves the summary of a run from what is stored of it, whatever its end was. Idempotent: the same intervals
 * give the same summary. A run that is gone is no error.
 */
export async function finishRun(store: Store, runId: string, nowMs: number): Promise<void> {
  const run = await store.runs.find(runId);
  if (!run) return;
  const [intervals, mismatches] = [await store.intervals.read(runId), await store.runs.mismatches(runId)];
  const starts = run.shards.map((shard) => shard.startedAtMs).filter((atMs) => atMs !== null);
  const summary = summarise({
    intervals,
    thresholds: run.thresholds,
    simulated: run.simulated ?? false,
    mismatches: mismatches.first,
    mismatchCount: mismatches.count,
    startedAtMs: starts.length > 0 ? Math.min(...starts) : null,
    endedAtMs: isEnded(run.status) ? run.endedAtMs : nowMs,
    shardStartsMs: starts,
    expectation: expectationOf(run),
  });
  await store.runs.saveSummary(runId, summary);
}
