import { Between, IsNull, LessThan, MoreThanOrEqual, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Database } from './database.js';
import type { Claim, IntervalStore, StoredInterval } from './port.js';
import { insertRows } from './insert-rows.js';
import { operationRows, selfRow, storedIntervals } from './interval-rows.js';
import type { IntervalSelfRow, ShardRow } from './row.js';

/** Rows in one INSERT, and intervals read in one go. */
const BATCH_ROWS = 100;
const PAGE_INTERVALS = 500;

const yieldToLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Intervals in the database: one row for each interval of a shard and each executor that measured in it, and one for each
 * operation in that.
 */
export class SqlIntervalStore implements IntervalStore {
  constructor(private readonly database: Database) {}

  append(claim: Claim, executorId: string, snapshots: readonly IntervalSnapshot[]): Promise<boolean> {
    return this.write(claim, executorId, snapshots, { token: claim.token });
  }

  appendLate(claim: Claim, executorId: string, snapshots: readonly IntervalSnapshot[]): Promise<boolean> {
    return this.write(claim, executorId, snapshots, { state: 'lost', lostToken: claim.token });
  }

  /** Only while the shard is as `mine` says. */
  private async write(
    claim: Claim,
    executorId: string,
    snapshots: readonly IntervalSnapshot[],
    mine: FindOptionsWhere<ShardRow>,
  ): Promise<boolean> {
    const { shard, interval, intervalSelf } = this.database.entities;
    const { runId, shardIndex } = claim;
    for (let at = 0; at < snapshots.length; at += BATCH_ROWS) {
      const batch = snapshots.slice(at, at + BATCH_ROWS);
      const written = await this.database.append(async (manager) => {
        const own = await manager.findOneBy(shard, { runId, index: shardIndex, ...mine });
        if (own === null) return false;
        // Coarse rows hold what is told of again; only what is late comes so late.
        if (own.state === 'lost' && (await this.isRolledUp(manager, runId))) return false;
        const region = own.executorLabels?.['region'] ?? '';
        const place = { runId, shardIndex, token: claim.token, executorId, region };
        const selves = batch.map((snapshot) => selfRow(place, snapshot));
        const rows = batch.flatMap((snapshot) => operationRows(place, snapshot));
        // Sent again after a lost answer, the same rows change nothing.
        await insertRows(manager, intervalSelf, selves);
        for (let row = 0; row < rows.length; row += BATCH_ROWS)
          await insertRows(manager, interval, rows.slice(row, row + BATCH_ROWS));
        return true;
      });
      if (!written) return false;
      await yieldToLoop();
    }
    return true;
  }

  async read(
    runId: string,
    filter: { fromMs?: number; toMs?: number; executorId?: string; fromInterval?: number; limit?: number } = {},
  ): Promise<StoredInterval[]> {
    const { intervalSelf } = this.database.entities;
    const where: FindOptionsWhere<IntervalSelfRow> = {
      runId,
      ...(filter.executorId !== undefined && { executorId: filter.executorId }),
      ...(filter.fromInterval !== undefined && { interval: MoreThanOrEqual(filter.fromInterval) }),
      ...startBetween(filter.fromMs, filter.toMs),
    };
    const found: StoredInterval[] = [];
    const limit = filter.limit ?? Infinity;
    for (let skip = 0; found.length < limit; skip += PAGE_INTERVALS) {
      const take = Math.min(PAGE_INTERVALS, limit - found.length);
      const selves = await this.database.manager.find(intervalSelf, {
        where,
        order: { interval: 'ASC', shardIndex: 'ASC', token: 'ASC' },
        skip,
        take,
      });
      found.push(...(await this.withOperations(runId, selves)));
      if (selves.length < take) break;
      await yieldToLoop();
    }
    return found;
  }

  async completeUpTo(runId: string): Promise<number> {
    const { shard, intervalSelf } = this.database.entities;
    const shards = await this.database.manager.findBy(shard, { runId });
    const highest = await this.database.manager
      .createQueryBuilder(intervalSelf, 'self')
      .select('self.shardIndex', 'shard')
      .addSelect('self.token', 'token')
      .addSelect('MAX(self.interval)', 'highest')
      .addSelect('MAX(CASE WHEN self.partial THEN -1 ELSE self.interval END)', 'whole')
      .where('self.runId = :runId', { runId })
      .groupBy('self.shardIndex')
      .addGroupBy('self.token')
      .getRawMany<Record<'shard' | 'token' | 'highest' | 'whole', number | string>>();
    const of = ({ index, token, state }: ShardRow): number => {
      const isOver = state === 'ended' || state === 'lost';
      const its = highest.filter((one) => Number(one.shard) === index);
      return Math.max(-1, ...its.map((one) => Number(isOver || Number(one.token) === token ? one.highest : one.whole)));
    };
    // The part of a lost executor that waits for another has nothing to say of the time between.
    const waited = shards.filter((one) => one.state === 'ready' || one.state === 'running');
    return waited.length === 0 ? Math.max(-1, ...shards.map(of)) : Math.min(...waited.map(of));
  }

  private isRolledUp(manager: EntityManager, id: string): Promise<boolean> {
    return manager.existsBy(this.database.entities.run, { id, rolledUpMs: Not(IsNull()) });
  }

  private async withOperations(runId: string, selves: readonly IntervalSelfRow[]): Promise<StoredInterval[]> {
    const first = selves[0]?.interval;
    const last = selves.at(-1)?.interval;
    if (first === undefined || last === undefined) return [];
    const rows = await this.database.manager.findBy(this.database.entities.interval, {
      runId,
      interval: Between(first, last),
    });
    return storedIntervals(selves, rows);
  }
}

const startBetween = (fromMs: number | undefined, toMs: number | undefined): FindOptionsWhere<IntervalSelfRow> => {
  if (fromMs !== undefined && toMs !== undefined) return { startMs: Between(fromMs, toMs - 1) };
  if (fromMs !== undefined) return { startMs: MoreThanOrEqual(fromMs) };
  return toMs === undefined ? {} : { startMs: LessThan(toMs) };
};
