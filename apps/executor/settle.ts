import { problemOf } from '#libs/contract/problem.js';
import type { Claim, Ending, StoredRun } from '#libs/store/port.js';
import type { ShardResult } from '#libs/workloads/driver.js';
import { finishAlone } from '#libs/workloads/finish-alone.js';
import { finishRun } from '#libs/workloads/finish-run.js';
import type { Failure } from './cause.js';
import type { ExecutorParts } from './executor-parts.js';
import { bringLate } from './late-result.js';
import type { Lease, StopReason } from './lease.js';
import { retry } from './retry.js';
import type { RunLog } from './run-log.js';
import type { ShardResults } from './shard-results.js';

/** What became of a shard's work. */
export type Outcome =
  { kind: 'ran'; result: ShardResult } | { kind: 'failed'; failure: Failure } | { kind: 'stopped'; reason: StopReason };

export interface Settling {
  parts: ExecutorParts;
  claim: Claim;
  lease: Lease;
  results: ShardResults;
  log: RunLog;
  run: StoredRun;
  /** Load was started. */
  hasBegun: boolean;
}

/** How long the database may be away before what was measured is given up. */
const SETTLE_MS = 60_000;
/** The same when this process is to end. */
const SHUTDOWN_MS = 8_000;

/** Brings what was measured into the store and the run to its end. Throws what the store throws for too long. */
export async function settle(settling: Settling, outcome: Outcome): Promise<void> {
  const { parts, claim, lease, results, log, run, hasBegun } = settling;
  const { store, clock } = parts;
  const withinMs = lease.reason === 'shutdown' ? SHUTDOWN_MS : SETTLE_MS;
  const isLost = () => lease.isFenced || results.isFenced;
  if (isLost()) return bringLate(settling, outcome, withinMs);
  const left = await results.drain(withinMs);
  if (isLost()) return bringLate(settling, outcome, withinMs);
  if (left > 0) log.write('error', `${left} intervals could not be written within ${withinMs / 1000} s and are lost`);
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    retry(question, {
      clock,
      withinMs,
      failed: (cause) => log.write('warn', `the database did not answer (${cause}); asked again`),
    });
  const result = outcome.kind === 'ran' ? outcome.result : undefined;
  await ask(() => results.saveMismatches(result?.mismatches ?? 0));
  const verdict = verdictOf(settling, outcome);
  const report = result?.report;
  const completed = result?.completed ?? results.completed;
  const finisher = { store, clock, actor: actorOf(settling) };
  if ('goesOn' in verdict) {
    log.write('warn', `this executor ends, and the run goes on without it: ${verdict.reason}`);
    // The lease runs out, which gives this shard to another executor.
    if (verdict.goesOn === 'requeue') return;
    const { reason } = verdict;
    const isOver = await ask(() => store.shards.abandon(claim, completed, clock.epochMs(), { report, reason }));
    if (!isOver) return;
    await log.close(withinMs);
    return ask(() => finishAlone(finisher, claim.runId));
  }
  const { byLast, ...ending } = verdict;
  // One that was frozen may see the other's work before it learns that its shard is lost: that ends no run.
  if (!byLast && !(await ask(() => store.shards.beat(claim, clock.epochMs(), parts.config.leaseMs))).held)
    return bringLate(settling, outcome, withinMs);
  const isLast =
    hasBegun && (await ask(() => store.shards.ended(claim, completed, clock.epochMs(), { report, ending })));
  if (hasBegun && byLast && !isLast) return;
  log.write(ending.to === 'failed' ? 'error' : 'info', `${run.kind} run ${ending.to}: ${ending.reason}`);
  await log.close(withinMs);
  await ask(() =>
    // As it was noted: nothing was if the shard was lost just now.
    hasBegun ? finishAlone(finisher, claim.runId) : finishRun(store, claim.runId, clock.epochMs(), ending),
  );
}

type Verdict = Ending & {
  /** The run ends so only when every shard has ended; otherwise at once. */
  byLast: boolean;
};

/** The run does not end with this shard. */
interface Abandoned {
  goesOn: 'continue' | 'requeue';
  reason: string;
}

const actorOf = ({ parts }: Settling): string => `executor:${parts.config.id}`;

function verdictOf(settling: Settling, outcome: Outcome): Verdict | Abandoned {
  const { parts, run, lease, hasBegun } = settling;
  const actor = actorOf(settling);
  const failed = ({ code, message }: Failure): Verdict => ({
    to: 'failed',
    actor,
    reason: message,
    problem: problemOf(code, message),
    byLast: false,
  });
  const interrupted = (reason: string): Verdict | Abandoned => {
    const { lostExecutor } = run.policies;
    if (lostExecutor === 'requeue') return { goesOn: lostExecutor, reason };
    if (lostExecutor === 'continue' && hasBegun && run.shards.length > 1) return { goesOn: lostExecutor, reason };
    return { to: 'interrupted', actor, reason, problem: problemOf('EXECUTOR_LOST', reason), byLast: false };
  };
  if (outcome.kind === 'failed') return failed(outcome.failure);
  if (outcome.kind === 'ran' && outcome.result.failure) return failed(outcome.result.failure);
  if (outcome.kind === 'ran' && !outcome.result.stopped)
    return { to: 'completed', actor, reason: 'the plan was carried out', byLast: true };
  const byReason: { [R in StopReason]: () => Verdict | Abandoned } = {
    cancelled: () => ({ to: 'cancelled', actor, reason: 'cancel was asked for', byLast: true }),
    shutdown: () => interrupted(`executor ${parts.config.id} was shut down before the run had ended`),
    expired: () =>
      interrupted(
        `executor ${parts.config.id} could not reach the database for its lease of ${parts.config.leaseMs} ms and stopped`,
      ),
    fenced: () => ({ goesOn: 'continue', reason: 'its shard is another’s' }),
  };
  const reason = outcome.kind === 'stopped' ? outcome.reason : lease.reason;
  if (reason === undefined)
    return failed({ code: 'LANE_CRASHED', message: 'the load stopped before its plan was carried out, unasked' });
  return byReason[reason]();
}
