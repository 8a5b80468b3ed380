import { In } from 'typeorm';
import type { RunStatus } from '#libs/contract/status.js';
import type { Database } from './database.js';
import type { RunCounts } from './port.js';
import { ACTIVE } from './active.js';

/** Counts over all runs in the database, for those who watch the service. */
export class SqlRunCounts implements RunCounts {
  constructor(private readonly database: Database) {}

  async byStatusAndKind() {
    const { run } = this.database.entities;
    const rows = await this.database.manager
      .createQueryBuilder(run, 'run')
      .select('run.status', 'status')
      .addSelect('run.kind', 'kind')
      .addSelect('COUNT(*)', 'count')
      .groupBy('run.status')
      .addGroupBy('run.kind')
      .getRawMany<{ status: RunStatus; kind: string; count: number | string }>();
    // PostgreSQL counts in bigint, which comes as text.
    return rows.map(({ status, kind, count }) => ({ status, kind, count: Number(count) }));
  }

  async oldestQueuedMs(): Promise<number | null> {
    const { run } = this.database.entities;
    const oldest = await this.database.manager.findOne(run, {
      where: { status: 'queued' },
      order: { createdAtMs: 'ASC' },
      select: { id: true, createdAtMs: true },
    });
    return oldest?.createdAtMs ?? null;
  }

  async executorsWanted(): Promise<number> {
    const { run, shard } = this.database.entities;
    return this.database.manager
      .createQueryBuilder(shard, 'shard')
      .innerJoin(run.options.name, 'run', 'run.id = shard.runId')
      .where({ state: In(['waiting', 'claimed', 'ready', 'running']) })
      .andWhere('run.status IN (:...open)', { open: ['queued', ...ACTIVE] })
      .getCount();
  }
}
