import { LessThan } from 'typeorm';
import type { Database } from './database.js';
import type { ExecutorInfo, KnownExecutor, Standing } from './port.js';
import { isAlive } from './waiting.js';

/** Killed executors leave their rows. */
const FORGOTTEN_MS = 86_400_000;

/** Who is there to take shards: one row for each id, of the process that took it last. */
export class ExecutorList {
  constructor(private readonly database: Database) {}

  async register(executor: ExecutorInfo, nowMs: number, runId: string | null): Promise<void> {
    const entity = this.database.entities.executor;
    const incarnation = executor.incarnation ?? '';
    await this.database.control(async (manager) => {
      await manager.delete(entity, { aliveAtMs: LessThan(nowMs - FORGOTTEN_MS) });
      const before = await manager.findOneBy(entity, { id: executor.id });
      const draining = before?.incarnation === incarnation ? before.draining : null;
      await manager.upsert(entity, { ...executor, incarnation, draining, aliveAtMs: nowMs, runId }, ['id']);
    });
  }

  beat(id: string, nowMs: number, clockOffsetMs: number, incarnation: string): Promise<Standing> {
    const { executor } = this.database.entities;
    return this.database.append(async (manager) => {
      const found = await manager.findOneBy(executor, { id });
      if (found?.incarnation !== incarnation) return found && isAlive(found, nowMs) ? 'replaced' : 'unlisted';
      await manager.update(executor, { id, incarnation }, { aliveAtMs: nowMs, runId: null, clockOffsetMs });
      return 'listed';
    });
  }

  async all(nowMs: number): Promise<KnownExecutor[]> {
    const rows = await this.database.manager.find(this.database.entities.executor, { order: { id: 'ASC' } });
    return rows.map((row) => {
      const { id, labels, hostname, pid, cores, aliveAtMs, runId, clockOffsetMs } = row;
      const state = { draining: row.draining === true, alive: isAlive(row, nowMs) };
      return { id, labels, hostname, pid, cores, aliveAtMs, runId, clockOffsetMs, ...state };
    });
  }

  async retire(id: string, incarnation: string): Promise<void> {
    await this.database.control((manager) => manager.delete(this.database.entities.executor, { id, incarnation }));
  }

  async drain(id: string, draining: boolean): Promise<boolean> {
    const { executor } = this.database.entities;
    const { affected } = await this.database.control((manager) => manager.update(executor, { id }, { draining }));
    return affected !== 0;
  }
}
