import { problemOf } from '#libs/contract/problem.js';
import { isLoad, isParent, type LoadKind } from '#libs/contract/run.js';
import { isEnded, type Validity } from '#libs/contract/status.js';
import type { RunReport, Summary } from '#libs/contract/summary.js';
import { SummaryFold } from '#libs/stats/summary.js';
import { intervalGroups } from '#libs/store/interval-groups.js';
import type { Ending, Store, StoredInterval, StoredRun } from '#libs/store/port.js';
import { promisedBy } from './expectations.js';
import { loadVerdict, unverified } from './load/load-verdict.js';
import { parentState } from './parent/parent-state.js';
import { parentFailure, parentSummary } from './parent/parent-summary.js';
import { queryVerdict } from './query/query-verdict.js';
import { resizesOf } from './soak/soak-resizes.js';
import { soakVerdict } from './soak/soak-verdict.js';
import { joinReports } from './run-report.js';

type Reason = Validity['reasons'][number];

/** Counts intervals that were never stored although a later one of the same shard was. */
class Gaps {
  private readonly shards = new Map<number, { highest: number; count: number }>();

  /** In the order of intervals. */
  add({ shardIndex, interval }: Pick<StoredInterval, 'shardIndex' | 'interval'>): void {
    const { highest, count } = this.shards.get(shardIndex) ?? { highest: -1, count: 0 };
    // Two executors may have measured in it, one after the other.
    if (interval === highest) return;
    this.shards.set(shardIndex, { highest: Math.max(highest, interval), count: count + 1 });
  }

  get missing(): number {
    return [...this.shards.values()].reduce((sum, { highest, count }) => sum + highest + 1 - count, 0);
  }
}

type Shard = StoredRun['shards'][number];

const isRequeued = ({ lostExecutors }: Shard): boolean => lostExecutors !== undefined;
/** Nobody ended it: it was to report for as long as the run went on. */
const isLost = (shard: Shard): boolean => shard.state === 'lost' || (shard.state === 'waiting' && isRequeued(shard));

/** What the histograms cannot tell: gaps, and executors that the run went on without. */
function storeReasons(run: StoredRun, missing: number, lost: StoredRun['shards']): Reason[] {
  const reasons: Reason[] = [];
  const replaced = run.shards.filter(isRequeued);
  if (replaced.length > 0)
    reasons.push({
      code: 'EXECUTOR_REPLACED',
      level: 'degraded',
      message: `${replaced.map(({ lostExecutors = [], executorId }) => `${lostExecutors.join(', ')} was lost, and ${executorId ?? 'nobody'} went on with its part`).join('; ')}: nothing was measured in between`,
    });
  if (missing > 0)
    reasons.push({
      code: 'INTERVALS_MISSING',
      level: 'degraded',
      message: `${missing} intervals of the run were never stored; the run's log says why`,
    });
  if (lost.length > 0)
    reasons.push({
      code: 'EXECUTOR_LOST',
      level: 'degraded',
      message: `${lost.length} of ${run.shards.length} executors were lost (${lost.map((shard) => shard.executorId ?? 'unknown').join(', ')}): their part is missing from then on`,
    });
  return reasons;
}

const withReasons = (validity: Validity, more: readonly Reason[]): Validity =>
  more.length === 0
    ? validity
    : { level: validity.level === 'valid' ? 'degraded' : validity.level, reasons: [...validity.reasons, ...more] };

/** Of a run that executors carried out. */
async function loadSummary(
  store: Store,
  run: Extract<StoredRun, { kind: LoadKind }>,
  carriedOut: boolean,
  nowMs: number,
): Promise<Summary> {
  const mismatches = await store.runs.mismatches(run.id);
  const starts = run.shards.map((shard) => shard.startedAtMs).filter((atMs) => atMs !== null);
  const lost = run.shards.filter(isLost);
  const report = joinReports(run.shards.flatMap((shard) => shard.report ?? []));
  const fold = new SummaryFold({
    report,
    thresholds: run.thresholds,
    simulated: run.simulated ?? false,
    mismatches: mismatches.first,
    mismatchCount: mismatches.count,
    startedAtMs: starts.length > 0 ? Math.min(...starts) : null,
    endedAtMs: run.endedAtMs ?? nowMs,
    shardStartsMs: starts,
    shardPlaces: run.shards.map(({ executorId, executorLabels }) => ({
      executorId,
      region: executorLabels?.['region'] ?? null,
    })),
    expectation: {
      ...promisedBy(
        run,
        run.shards.reduce((sum, shard) => sum + shard.lanes.length, 0),
      ),
      shards: run.shards.length,
      lanesPerShard: Math.max(1, ...run.shards.map((shard) => shard.lanes.length)),
      maxStartSkewMs: run.policies.maxStartSkewMs,
      carriedOut,
      lostShards: lost.map((shard) => shard.index),
      // What a lost executor had done is in the intervals alone, as far as they were written.
      completedByShard: run.shards.map((shard) =>
        shard.state === 'ended' && !isRequeued(shard) ? shard.completed : null,
      ),
    },
  });
  const gaps = new Gaps();
  const resizes = await resizesOf(store, run);
  for await (const group of intervalGroups(store.intervals, run.id)) {
    for (const interval of group) {
      fold.add(interval);
      gaps.add(interval);
      resizes?.add(interval);
    }
  }
  const summary = fold.summary();
  const doubt = report?.kind === 'load' ? unverified(report) : undefined;
  const reasons: Reason[] = doubt === undefined ? [] : [{ code: 'UNVERIFIED', level: 'degraded', message: doubt }];
  return {
    ...summary,
    ...(report && { report: report.kind === 'soak' && resizes ? { ...report, scaler: resizes.report() } : report }),
    // Missing or other rows are a failure, whatever the thresholds say of the figures.
    ...(foundWrong(run, report) !== undefined && { verdict: 'failed' as const }),
    // A run that was not carried out says itself why; shards that its end has stopped are no lost executors.
    validity: withReasons(summary.validity, [...storeReasons(run, gaps.missing, carriedOut ? lost : []), ...reasons]),
  };
}

const summaryOf = (store: Store, run: StoredRun, carriedOut: boolean, nowMs: number): Promise<Summary> =>
  isLoad(run) ? loadSummary(store, run, carriedOut, nowMs) : parentSummary(store, run, nowMs);

/** Who asked for a cancel stands in the history, not who carried it out; it wins over completing. */
function cancelFirst({ cancelRequested }: StoredRun, ending: Ending | undefined): Ending | undefined {
  if (cancelRequested === null || (ending?.to !== 'completed' && ending?.to !== 'cancelled')) return ending;
  const { actor, reason } = cancelRequested;
  return { to: 'cancelled', actor, reason };
}

/** Why what was found makes the run fail; undefined when it does not. */
function foundWrong(run: StoredRun, report: RunReport | undefined): string | undefined {
  if (run.kind === 'query') return report?.kind === 'query' ? queryVerdict(run.spec, report) : undefined;
  if (run.kind === 'soak') return report?.kind === 'soak' ? soakVerdict(run.spec, report) : undefined;
  return report?.kind === 'load' ? loadVerdict(report) : undefined;
}

/** What was found may make a run fail that was carried out; only all of its shards together can tell. */
async function judged(store: Store, run: StoredRun, ending: Ending, nowMs: number): Promise<Ending> {
  if (ending.to !== 'completed') return ending;
  if (isParent(run)) {
    const { report, children } = await parentState(store, run, nowMs);
    const failure = parentFailure(report, children.byStep);
    if (failure === undefined) return ending;
    return { to: 'failed', actor: ending.actor, reason: failure, problem: problemOf('STEP_FAILED', failure) };
  }
  const reason = foundWrong(run, joinReports(run.shards.flatMap((shard) => shard.report ?? [])));
  if (reason === undefined) return ending;
  return { to: 'failed', actor: ending.actor, reason, problem: problemOf('VALIDATION_MISMATCH', reason) };
}

/**
 * Computes and saves the summary of a run from what is stored of it, whatever its end is; then, when the run has not ended
 * yet, ends it as was noted when its load ended, or else as `ending` says. Idempotent, in any process: the same intervals
 * give the same summary. A run that never started has none; one that is gone is no error. Throws what the store throws.
 */
export async function finishRun(store: Store, runId: string, nowMs: number, ending?: Ending): Promise<void> {
  const run = await store.runs.find(runId);
  if (run === null) return;
  const wanted = isEnded(run.status) ? undefined : cancelFirst(run, run.ending ?? ending);
  const carriedOut = (wanted?.to ?? run.status) === 'completed';
  if (run.startAtMs !== null) await store.runs.saveSummary(runId, await summaryOf(store, run, carriedOut, nowMs));
  if (wanted === undefined) return;
  const latest = await store.runs.find(runId);
  if (latest?.cancelRequested && wanted.to === 'completed') return finishRun(store, runId, nowMs, ending);
  const moved = await store.runs.transition(runId, { ...(await judged(store, run, wanted, nowMs)), atMs: nowMs });
  // Somebody else ended it meanwhile, as something else: the summary has to say so. What other shards wrote until the
  // run ended belongs to it as well.
  if (moved && !run.shards.some((shard) => shard.state === 'running')) return;
  const ended = await store.runs.find(runId);
  if (ended && isEnded(ended.status)) await finishRun(store, runId, nowMs);
}
