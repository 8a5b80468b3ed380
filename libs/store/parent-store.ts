import { In, type EntityManager } from 'typeorm';
import type { Problem } from '#libs/contract/problem.js';
import { isEnded } from '#libs/contract/status.js';
import type { Database } from './database.js';
import { ACTIVE, PARENTS } from './active.js';
import { insertRun } from './insert-run.js';
import type { Claim, NewRun, ParentStore, StoredRun } from './port.js';
import type { RunRow, ShardRow } from './row.js';
import { completeRuns } from './run-rows.js';
import { moveRun } from './status-writer.js';
import type { Vault } from './vault.js';
import { lockedBy } from './waiting.js';

/** Queued runs that are looked at, oldest first. */
const LOOKED_AT = 100;

/** Runs that consist of other runs, in the database. */
export class SqlParentStore implements ParentStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  claim(coordinatorId: string, nowMs: number, leaseMs: number): Promise<Claim | null> {
    const { run } = this.database.entities;
    return this.database.control(async (manager) => {
      const kind = In(PARENTS);
      const active = await manager.find(run, { where: { kind, status: In(ACTIVE) }, order: { createdAtMs: 'ASC' } });
      for (const { id } of active) {
        const shard = await this.free(manager, id);
        if (shard) return this.take(manager, shard, coordinatorId, nowMs + leaseMs);
      }
      const queued = await manager.find(run, {
        where: { kind, status: 'queued' },
        order: { createdAtMs: 'ASC', id: 'ASC' },
        take: LOOKED_AT,
      });
      for (const candidate of queued) {
        const shard = await this.free(manager, candidate.id);
        if (!shard || (await this.isLocked(manager, candidate))) continue;
        await moveRun(this.database, manager, candidate.id, {
          to: 'preparing',
          actor: coordinatorId,
          reason: 'claimed',
          atMs: nowMs,
        });
        return this.take(manager, shard, coordinatorId, nowMs + leaseMs);
      }
      return null;
    });
  }

  addChild(
    claim: Claim,
    input: NewRun,
    { afterCancel, problem }: { afterCancel: boolean; problem?: Problem },
  ): Promise<StoredRun | null> {
    const { run, shard } = this.database.entities;
    const { runId, shardIndex, token } = claim;
    return this.database.control(async (manager) => {
      const parent = await manager.findOneBy(run, { id: runId });
      const own = await manager.findOneBy(shard, { runId, index: shardIndex, token });
      if (!parent || !own || isEnded(parent.status)) return null;
      const earlier = await manager.findOneBy(run, { parentId: runId, step: input.parent?.step ?? '' });
      if (!earlier) {
        if (parent.cancelAtMs !== null && !afterCancel) return null;
        await insertRun(this.database, manager, this.vault, input);
        if (problem)
          await moveRun(this.database, manager, input.id, {
            to: 'failed',
            actor: input.actor,
            reason: problem.detail,
            atMs: input.createdAtMs,
            problem,
          });
      }
      const rows = await manager.findBy(run, { id: earlier?.id ?? input.id });
      const [child] = await completeRuns(this.database, manager, rows);
      return child ?? null;
    });
  }

  async release({ runId, shardIndex, token }: Claim): Promise<void> {
    await this.database.control((manager) =>
      manager.update(
        this.database.entities.shard,
        { runId, index: shardIndex, token, state: In(['claimed', 'ready', 'running']) },
        { state: 'waiting', token: token + 1 },
      ),
    );
  }

  async children(parentId: string): Promise<StoredRun[]> {
    const { manager, entities } = this.database;
    const rows = await manager.find(entities.run, {
      where: { parentId },
      order: { createdAtMs: 'ASC', id: 'ASC' },
    });
    return completeRuns(this.database, manager, rows);
  }

  private free(manager: EntityManager, runId: string): Promise<ShardRow | null> {
    return manager.findOneBy(this.database.entities.shard, { runId, state: 'waiting' });
  }

  /** A run without any endpoint disturbs nobody. */
  private async isLocked(manager: EntityManager, run: RunRow): Promise<boolean> {
    return (await lockedBy(this.database, manager, run)) !== null;
  }

  private async take(
    manager: EntityManager,
    { runId, index, token: former }: ShardRow,
    coordinatorId: string,
    leaseUntilMs: number,
  ): Promise<Claim> {
    const token = former + 1;
    await manager.update(
      this.database.entities.shard,
      { runId, index },
      { state: 'claimed', executorId: coordinatorId, token, leaseUntilMs },
    );
    return { runId, shardIndex: index, token, leads: true };
  }
}
