import { In, IsNull, type EntityManager } from 'typeorm';
import type { Problem } from '#libs/contract/problem.js';
import { isEnded } from '#libs/contract/status.js';
import type { RunReport } from '#libs/contract/summary.js';
import type { Database } from './database.js';
import { endTurn, queuedRuns } from './fair-order.js';
import { overQuota } from './platform/usage.js';
import type { Beat, Claim, ExecutorInfo, ShardStore } from './port.js';
import type { ExecutorRow, RunRow, ShardRow } from './row.js';
import { moveRun } from './status-writer.js';
import { ALIVE_MS, idleFor, lockedBy } from './waiting.js';

const actorOf = (executorId: string | null): string => `executor:${executorId ?? 'unknown'}`;

/** Shards, leases and executors in the database. */
export class SqlShardStore implements ShardStore {
  constructor(private readonly database: Database) {}

  async register(executor: ExecutorInfo, nowMs: number): Promise<void> {
    await this.database.control((manager) =>
      manager.upsert(this.database.entities.executor, { ...executor, aliveAtMs: nowMs, runId: null }, ['id']),
    );
  }

  async executorBeat(executorId: string, nowMs: number, current: string | null): Promise<void> {
    await this.database.append((manager) =>
      manager.update(this.database.entities.executor, { id: executorId }, { aliveAtMs: nowMs, runId: current }),
    );
  }

  async executors(nowMs: number) {
    const rows = await this.database.manager.find(this.database.entities.executor, { order: { id: 'ASC' } });
    return rows.map((row) => ({ ...row, alive: nowMs - row.aliveAtMs <= ALIVE_MS }));
  }

  async retire(executorId: string): Promise<void> {
    await this.database.control((manager) => manager.delete(this.database.entities.executor, { id: executorId }));
  }

  claim(executorId: string, nowMs: number, leaseMs: number): Promise<Claim | null> {
    const { executor, run, shard } = this.database.entities;
    return this.database.control(async (manager) => {
      const self = await manager.findOneBy(executor, { id: executorId });
      if (!self || self.runId !== null) return null;
      // In a run that is ready or running only parts of lost executors wait.
      const started = await manager.find(run, {
        where: { status: In(['preparing', 'ready', 'running']), cancelAtMs: IsNull() },
        order: { createdAtMs: 'ASC' },
      });
      for (const candidate of started) {
        const [free] = await manager.find(shard, {
          where: { runId: candidate.id, state: 'waiting' },
          order: { index: 'ASC' },
          take: 1,
        });
        if (free && idleFor(candidate, [self], nowMs).length > 0)
          return this.take(manager, candidate, self, free, nowMs, leaseMs);
      }
      for (const candidate of await queuedRuns(this.database, manager)) {
        const shards = await manager.find(shard, { where: { runId: candidate.id }, order: { index: 'ASC' } });
        const [first] = shards;
        if (!first || !(await this.mayStart(manager, candidate, self, shards.length, nowMs))) continue;
        await moveRun(this.database, manager, candidate.id, {
          to: 'preparing',
          actor: actorOf(executorId),
          reason: 'claimed',
          atMs: nowMs,
        });
        await endTurn(this.database, manager, candidate.projectId);
        return this.take(manager, candidate, self, first, nowMs, leaseMs);
      }
      return null;
    });
  }

  private async mayStart(
    manager: EntityManager,
    run: RunRow,
    self: ExecutorRow,
    shards: number,
    nowMs: number,
  ): Promise<boolean> {
    const idle = idleFor(run, await manager.find(this.database.entities.executor), nowMs);
    if (idle.length < shards || !idle.some((one) => one.id === self.id)) return false;
    if ((await lockedBy(this.database, manager, run)) !== null) return false;
    return (await overQuota(this.database, manager, run)) === null;
  }

  private async take(
    manager: EntityManager,
    run: RunRow,
    self: ExecutorRow,
    row: ShardRow,
    nowMs: number,
    leaseMs: number,
  ): Promise<Claim> {
    const { shard, executor } = this.database.entities;
    const token = row.token + 1;
    const key = { runId: row.runId, index: row.index };
    await manager.update(shard, key, { state: 'claimed', executorId: self.id, token, leaseUntilMs: nowMs + leaseMs });
    await manager.update(executor, { id: self.id }, { runId: row.runId, aliveAtMs: nowMs });
    return { runId: row.runId, shardIndex: row.index, token, leads: row.index === 0 && !run.prepared };
  }

  beat(claim: Claim, nowMs: number, leaseMs: number): Promise<Beat> {
    const { run, shard, executor } = this.database.entities;
    return this.database.append(async (manager) => {
      const found = await manager.findOneBy(run, { id: claim.runId });
      const shards = await manager.findBy(shard, { runId: claim.runId });
      const own = shards.find((one) => one.index === claim.shardIndex);
      const held = found !== null && !isEnded(found.status) && own?.token === claim.token;
      if (held) {
        await manager.update(
          shard,
          { runId: claim.runId, index: claim.shardIndex, token: claim.token },
          { leaseUntilMs: nowMs + leaseMs },
        );
        if (own.executorId !== null) await manager.update(executor, { id: own.executorId }, { aliveAtMs: nowMs });
      }
      return {
        held,
        status: found?.status ?? 'interrupted',
        cancelRequested: found?.cancelAtMs !== null && found !== null,
        prepared: found?.prepared ?? false,
        startAtMs: found?.startAtMs ?? null,
        shardsEnded: shards.filter((one) => one.state === 'ended' || one.state === 'lost').length,
        shardsTotal: shards.length,
      };
    });
  }

  async prepared(claim: Claim, _nowMs: number): Promise<void> {
    await this.owned(claim, (manager) =>
      manager.update(this.database.entities.run, { id: claim.runId }, { prepared: true }).then(() => true),
    );
  }

  ready(claim: Claim, nowMs: number, startDelayMs: number): Promise<boolean> {
    const { run, shard } = this.database.entities;
    return this.owned(claim, async (manager, own) => {
      await manager.update(shard, { runId: claim.runId, index: claim.shardIndex }, { state: 'ready' });
      const others = await manager.findBy(shard, { runId: claim.runId });
      if (others.some((one) => one.state === 'waiting' || one.state === 'claimed')) return true;
      // The others have started already, and this one is in the place of a lost one.
      const startAtMs = (await manager.findOneBy(run, { id: claim.runId }))?.startAtMs ?? null;
      if (startAtMs !== null) return true;
      await manager.update(run, { id: claim.runId }, { startAtMs: nowMs + startDelayMs });
      const reason = `all ${others.length} shards are ready; they start together in ${startDelayMs} ms`;
      return moveRun(this.database, manager, claim.runId, {
        to: 'ready',
        actor: actorOf(own.executorId),
        reason,
        atMs: nowMs,
      });
    });
  }

  started(claim: Claim, atMs: number): Promise<boolean> {
    const { shard } = this.database.entities;
    return this.owned(claim, async (manager, own) => {
      await manager.update(
        shard,
        { runId: claim.runId, index: claim.shardIndex },
        { state: 'running', startedAtMs: own.startedAtMs ?? atMs },
      );
      // Refused for all but the first: the run is running already.
      await moveRun(this.database, manager, claim.runId, {
        to: 'running',
        actor: actorOf(own.executorId),
        reason: 'the first shard has started',
        atMs,
      });
      return true;
    });
  }

  ended(claim: Claim, completed: number, atMs: number, report?: RunReport): Promise<boolean> {
    const { run, shard, executor } = this.database.entities;
    return this.owned(claim, async (manager, own) => {
      const key = { runId: claim.runId, index: claim.shardIndex };
      await manager.update(shard, key, { state: 'ended', completed, ...(report && { report }) });
      if (own.executorId !== null) await manager.update(executor, { id: own.executorId }, { runId: null });
      const others = await manager.findBy(shard, { runId: claim.runId });
      if (others.some((one) => one.state !== 'ended' && one.state !== 'lost')) return false;
      const moved = await moveRun(this.database, manager, claim.runId, {
        to: 'finishing',
        actor: actorOf(own.executorId),
        reason: 'all shards have ended',
        atMs,
      });
      if (moved) return true;
      // Cancelled before any load was started: nobody else would finish it.
      return (await manager.findOneBy(run, { id: claim.runId }))?.status === 'ready';
    });
  }

  async fail(claim: Claim, problem: Problem, atMs: number): Promise<void> {
    await this.owned(claim, async (manager, own) =>
      moveRun(this.database, manager, claim.runId, {
        to: 'failed',
        actor: actorOf(own.executorId),
        reason: problem.detail,
        atMs,
        problem,
      }),
    );
  }

  /** Runs `work` only when the claim's token is still the shard's; false otherwise. */
  private owned(claim: Claim, work: (manager: EntityManager, own: ShardRow) => Promise<boolean>): Promise<boolean> {
    return this.database.control(async (manager) => {
      const own = await manager.findOneBy(this.database.entities.shard, {
        runId: claim.runId,
        index: claim.shardIndex,
        token: claim.token,
      });
      return own ? work(manager, own) : false;
    });
  }
}
