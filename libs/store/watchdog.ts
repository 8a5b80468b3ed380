import { In, type EntityManager } from 'typeorm';
import { problemOf } from '#libs/contract/problem.js';
import { isParent } from '#libs/contract/run.js';
import type { RunStatus } from '#libs/contract/status.js';
import { ACTIVE } from './active.js';
import type { Database } from './database.js';
import type { Transition, Watchdog } from './port.js';
import { followLoss, lacksExecutor, lookAtLeases, type ShardLease, WATCHDOG } from './lost-shards.js';
import type { RunRow } from './row.js';
import { moveRun } from './status-writer.js';

const CANCEL_GRACE_MS = 5_000;
/** A suite or a search waits for its steps, which have their own grace, and for another API to take it over. */
const PARENT_GRACE_MS = 30_000;
const DAY_MS = 86_400_000;
/** A run that was to be finished so long ago may have lost whoever was to do it; a lease says whether that is so. */
const UNFINISHED_MS = 15_000;

/** How long a run of this kind may run; a day when it ends by its work. */
function plannedMs(spec: RunRow['spec']): number {
  if ('cleanupWithinMs' in spec)
    return DAY_MS * (spec.setup.length + spec.steps.length + spec.cleanup.length) + spec.cleanupWithinMs;
  if ('durationMs' in spec && spec.durationMs !== undefined) return spec.durationMs;
  // A soak run without a length goes on until it is cancelled; a lost executor still ends it.
  if ('batchesInFlight' in spec) return Infinity;
  if (!('stop' in spec) || spec.stop.type === 'operations') return DAY_MS;
  return spec.stop.type === 'duration' ? spec.stop.durationMs : spec.stop.maxIntervals * spec.log.intervalMs;
}

/** How long a run may stay in each state; a closed table, so that no state is without a deadline. */
const DEADLINE_MS: { [S in RunStatus]: (run: RunRow) => number } = {
  queued: ({ policies }) => policies.queuedDeadlineMs,
  preparing: ({ policies }) => policies.preparingDeadlineMs,
  ready: ({ policies }) => policies.readyDeadlineMs,
  running: ({ policies, spec }) => plannedMs(spec) + policies.runningGraceMs,
  finishing: ({ policies }) => policies.finishingDeadlineMs,
  completed: () => Infinity,
  failed: () => Infinity,
  cancelled: () => Infinity,
  interrupted: () => Infinity,
};

/** Ends what hangs. */
export class SqlWatchdog implements Watchdog {
  constructor(private readonly database: Database) {}

  async sweep(nowMs: number): Promise<{ runId: string; to: RunStatus }[]> {
    const { run } = this.database.entities;
    const suspects = await this.database.manager.findBy(run, { status: In(['queued', ...ACTIVE]) });
    const leases = await this.leasesOf(suspects);
    const named: { runId: string; to: RunStatus }[] = [];
    for (const suspect of suspects) {
      const { id } = suspect;
      // A look without the lock, which every process takes all the time; most runs are as they should be.
      if (overdue(suspect, nowMs) || lacksExecutor(suspect, leases.get(id) ?? [], nowMs)) {
        const to = await this.database.control((manager) => this.check(manager, id, nowMs));
        if (to) named.push({ runId: id, to });
      } else if (isUnfinished(suspect, nowMs)) named.push({ runId: id, to: 'finishing' });
    }
    return named;
  }

  private async leasesOf(runs: readonly RunRow[]): Promise<Map<string, ShardLease[]>> {
    const active = runs.filter(({ status }) => status !== 'queued').map(({ id }) => id);
    const found = new Map<string, ShardLease[]>();
    if (active.length === 0) return found;
    const rows = await this.database.manager.find(this.database.entities.shard, {
      select: { runId: true, index: true, state: true, leaseUntilMs: true, lostExecutors: true },
      where: { runId: In(active) },
    });
    for (const row of rows) {
      const own = found.get(row.runId) ?? [];
      found.set(row.runId, own);
      own.push(row);
    }
    return found;
  }

  private async check(manager: EntityManager, id: string, nowMs: number): Promise<RunStatus | undefined> {
    const { run: runs, shard } = this.database.entities;
    const run = await manager.findOneBy(runs, { id });
    if (!run) return undefined;
    const shards = await manager.findBy(shard, { runId: id });
    const loss = await lookAtLeases(this.database, manager, run, shards, nowMs);
    if (loss) return followLoss(this.database, manager, run, { ...loss, actor: WATCHDOG, atMs: nowMs });
    const transition = overdue(run, nowMs);
    if (!transition) return undefined;
    return (await moveRun(this.database, manager, id, transition)) ? transition.to : undefined;
  }
}

/** How long after a cancel whoever carries out the run may take. */
function cancelGraceMs({ kind, status, ending, spec, policies }: RunRow): number {
  // An executor that has said how the run ends has heard of it, and makes the summary.
  if (status === 'finishing' || ending !== null) return policies.finishingDeadlineMs;
  if (!isParent({ kind })) return CANCEL_GRACE_MS;
  return PARENT_GRACE_MS + ('cleanupWithinMs' in spec && spec.cleanup.length > 0 ? spec.cleanupWithinMs : 0);
}

/** Its load has ended, or one executor has ended it for all, and the process that should finish it has not for a while. */
const isUnfinished = ({ status, statusSinceMs, ending }: RunRow, nowMs: number): boolean =>
  (status === 'finishing' || ending !== null) && nowMs - (ending?.atMs ?? statusSinceMs) >= UNFINISHED_MS;

function overdue(run: RunRow, nowMs: number): Transition | undefined {
  const graceMs = cancelGraceMs(run);
  if (run.cancelAtMs !== null && nowMs - run.cancelAtMs > graceMs) {
    return {
      to: 'cancelled',
      actor: run.cancelActor ?? WATCHDOG,
      reason: `${run.cancelReason ?? 'cancelled'}; no executor confirmed it within ${graceMs} ms`,
      atMs: nowMs,
    };
  }
  const allowedMs = DEADLINE_MS[run.status](run);
  if (nowMs - run.statusSinceMs <= allowedMs) return undefined;
  const reason = `the run stayed ${run.status} for longer than the ${allowedMs} ms that its policies allow`;
  return { to: 'failed', actor: WATCHDOG, reason, atMs: nowMs, problem: problemOf('DEADLINE_EXCEEDED', reason) };
}
