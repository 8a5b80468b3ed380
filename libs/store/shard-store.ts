import { In, type EntityManager } from 'typeorm';
import { groupOf, groupsOf, hasLabels } from '#libs/contract/placement.js';
import type { Problem } from '#libs/contract/problem.js';
import { isEnded } from '#libs/contract/status.js';
import type { RunReport } from '#libs/contract/summary.js';
import type { Database } from './database.js';
import { endTurn } from './fair-order.js';
import { ExecutorList } from './executor-list.js';
import type { Beat, Claim, ExecutorInfo, KnownExecutor, ShardEnd, ShardStore, Standing } from './port.js';
import { CLAIMED, shardFor } from './claiming.js';
import { followLoss, withOnly } from './lost-shards.js';
import type { ShardRow } from './row.js';
import { moveRun, noteEnding } from './status-writer.js';
import { idleExecutors } from './waiting.js';

const actorOf = (executorId: string | null): string => `executor:${executorId ?? 'unknown'}`;

/** Shards, leases and executors in the database. */
export class SqlShardStore implements ShardStore {
  private readonly list: ExecutorList;

  constructor(private readonly database: Database) {
    this.list = new ExecutorList(database);
  }

  register(executor: ExecutorInfo, nowMs: number, runId: string | null = null): Promise<void> {
    return this.list.register(executor, nowMs, runId);
  }

  executorBeat(id: string, nowMs: number, clockOffsetMs: number, incarnation = ''): Promise<Standing> {
    return this.list.beat(id, nowMs, clockOffsetMs, incarnation);
  }

  executors(nowMs: number): Promise<KnownExecutor[]> {
    return this.list.all(nowMs);
  }

  retire(id: string, incarnation = ''): Promise<void> {
    return this.list.retire(id, incarnation);
  }

  drain(id: string, draining: boolean): Promise<boolean> {
    return this.list.drain(id, draining);
  }

  async claim(executorId: string, nowMs: number, leaseMs: number): Promise<Claim | null> {
    const { executor, run, shard } = this.database.entities;
    // A look without a lock, which idle executors do all the time.
    const isWork = await this.database.manager.existsBy(run, { status: In(['queued', ...CLAIMED]) });
    if (!isWork) return null;
    return this.database.control(async (manager) => {
      const self = await manager.findOneBy(executor, { id: executorId });
      if (!self || self.runId !== null || self.draining) return null;
      const found = await shardFor(this.database, manager, self, nowMs);
      if (found === null) return null;
      const { id: runId, status } = found.run;
      const { index } = found.shard;
      if (status === 'queued') {
        const actor = actorOf(executorId);
        await moveRun(this.database, manager, runId, { to: 'preparing', actor, reason: 'claimed', atMs: nowMs });
        await endTurn(this.database, manager, found.run.projectId);
      }
      const token = found.shard.token + 1;
      const lease = { executorId, executorLabels: self.labels, token, leaseUntilMs: nowMs + leaseMs, lostToken: null };
      await manager.update(shard, { runId, index }, { state: 'claimed', ...lease });
      await manager.update(executor, { id: executorId }, { runId, aliveAtMs: nowMs });
      return { runId, shardIndex: index, token, leads: index === 0 && !found.run.prepared };
    });
  }

  handBack(claim: Claim, nowMs: number): Promise<boolean> {
    const { run, shard, executor } = this.database.entities;
    return this.owned(claim, async (manager, own) => {
      const found = await manager.findOneBy(run, { id: claim.runId });
      if (own.state !== 'claimed' || found?.status !== 'preparing') return false;
      const wanted = groupsOf(found.placement)[groupOf(found.placement, own.index)]?.labels ?? {};
      const others = idleExecutors(await manager.find(executor), nowMs);
      if (!others.some(({ id, labels }) => id !== own.executorId && hasLabels(labels, wanted))) return false;
      const free = { state: 'waiting' as const, executorId: null, executorLabels: null, token: own.token + 1 };
      await manager.update(shard, { runId: claim.runId, index: own.index }, free);
      await manager.update(executor, { id: own.executorId ?? '' }, { runId: null });
      return true;
    });
  }

  beat(claim: Claim, nowMs: number, leaseMs: number): Promise<Beat> {
    const { run, shard, executor } = this.database.entities;
    return this.database.beats(async (manager) => {
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

  ended(claim: Claim, completed: number, atMs: number, { report, ending }: ShardEnd = {}): Promise<boolean> {
    const { run, shard, executor } = this.database.entities;
    return this.owned(claim, async (manager, own) => {
      const key = { runId: claim.runId, index: claim.shardIndex };
      await manager.update(shard, key, { state: 'ended', completed, ...(report && { report }) });
      if (own.executorId !== null) await manager.update(executor, { id: own.executorId }, { runId: null });
      const others = await manager.findBy(shard, { runId: claim.runId });
      const isLast = others.every((one) => one.state === 'ended' || one.state === 'lost');
      // In the same transaction: whoever makes the summary may be gone before it has said what it was for.
      if (ending && (isLast || ending.to === 'failed' || ending.to === 'interrupted'))
        await noteEnding(this.database, manager, claim.runId, ending, atMs);
      if (!isLast) return false;
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

  abandon(
    { runId, shardIndex: index, token }: Claim,
    completed: number,
    atMs: number,
    { report, reason }: { report?: RunReport | undefined; reason: string },
  ): Promise<boolean> {
    const { run, shard, executor } = this.database.entities;
    return this.database.control(async (manager) => {
      const told = { completed, ...(report && { report }) };
      const lost = { state: 'lost' as const, token: token + 1, lostToken: token, ...told };
      const { affected } = await manager.update(shard, { runId, index, token }, lost);
      const found = await manager.findOneBy(run, { id: runId });
      if (found === null) return false;
      if (affected === 0) {
        // Its lease ran out meanwhile, or the answer to the same question was lost.
        await manager.update(shard, { runId, index, state: 'lost', lostToken: token }, told);
        return found.status === 'finishing' || isEnded(found.status);
      }
      const shards = await manager.findBy(shard, { runId });
      const executorId = shards.find((one) => one.index === index)?.executorId ?? null;
      if (executorId !== null) await manager.update(executor, { id: executorId }, { runId: null });
      const left = shards.filter((one) => one.state !== 'lost');
      const loss = withOnly(found, left, reason);
      if (loss === undefined) return false;
      const moved = await followLoss(this.database, manager, found, { ...loss, actor: actorOf(executorId), atMs });
      return moved !== undefined;
    });
  }

  late(claim: Claim, completed: number, report?: RunReport): Promise<boolean> {
    const { shard } = this.database.entities;
    const own = { runId: claim.runId, index: claim.shardIndex, state: 'lost' as const, lostToken: claim.token };
    return this.database.control(async (manager) => {
      const { affected } = await manager.update(shard, own, { completed, ...(report && { report }) });
      return affected !== 0;
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
