import { Between, In, IsNull, LessThan, type EntityManager } from 'typeorm';
import type { RunStatus } from '#libs/contract/status.js';
import { mergeInTime } from '#libs/stats/merge-in-time.js';
import type { Database } from './database.js';
import { insertRows } from './insert-rows.js';
import { operationRows, selfRow, storedIntervals } from './interval-rows.js';
import type { RollUps, StoredInterval } from './port.js';

const ENDED: readonly RunStatus[] = ['completed', 'failed', 'cancelled', 'interrupted'];

/** Neighbours of one claim of a shard: another executor that took it over keeps rows of its own. */
function parts(ordered: readonly StoredInterval[]): StoredInterval[][] {
  const found: StoredInterval[][] = [];
  for (const one of ordered) {
    const [last] = found.at(-1) ?? [];
    const isSame =
      last?.shardIndex === one.shardIndex && last.token === one.token && last.executorId === one.executorId;
    if (isSame) found.at(-1)?.push(one);
    else found.push([one]);
  }
  return found;
}

/** Makes coarse intervals of fine ones in the database. */
export class SqlRollUps implements RollUps {
  constructor(private readonly database: Database) {}

  async due(resolutionMs: number, endedBeforeMs: number, limit: number): Promise<string[]> {
    const { run } = this.database.entities;
    const old = { status: In(ENDED), endedAtMs: LessThan(endedBeforeMs) };
    const found = await this.database.manager.find(run, {
      where: [
        { ...old, rolledUpMs: IsNull() },
        { ...old, rolledUpMs: LessThan(resolutionMs) },
      ],
      order: { endedAtMs: 'ASC' },
      take: limit,
      select: { id: true, summary: true, startAtMs: true },
    });
    // One whose summary is still to be made needs every interval as it was.
    return found.filter(({ summary, startAtMs }) => summary !== null || startAtMs === null).map(({ id }) => id);
  }

  async rollUp(runId: string, resolutionMs: number): Promise<{ before: number; after: number }> {
    const { run, intervalSelf } = this.database.entities;
    const { manager } = this.database;
    const found = await manager.findOneBy(run, { id: runId });
    const counts = { before: 0, after: 0 };
    if (found === null) return counts;
    // A run that consists of others has no intervals of its own.
    const factor = 'log' in found.spec ? resolutionMs / found.spec.log.intervalMs : 0;
    const highest = await manager.maximum(intervalSelf, 'interval', { runId });
    if (highest !== null && Number.isInteger(factor) && factor > 1)
      for (let from = 0; from <= highest; from += factor) {
        // A transaction for each: however long the run was, nobody waits for it, and one that is cut off is gone on with.
        const one = await this.database.append((inside) => this.merge(inside, runId, from, factor));
        counts.before += one.before;
        counts.after += one.after;
        await new Promise((resolve) => setImmediate(resolve));
      }
    await this.database.append((inside) => inside.update(run, { id: runId }, { rolledUpMs: resolutionMs }));
    return counts;
  }

  /** Doing it again changes nothing: what is merged already is one row. */
  private async merge(manager: EntityManager, runId: string, from: number, factor: number) {
    const { interval, intervalSelf } = this.database.entities;
    const where = { runId, interval: Between(from, from + factor - 1) };
    const selves = await manager.find(intervalSelf, {
      where,
      order: { shardIndex: 'ASC', token: 'ASC', interval: 'ASC' },
    });
    const groups = parts(storedIntervals(selves, await manager.findBy(interval, where)));
    const counts = { before: selves.length, after: groups.length };
    if (counts.before === counts.after) return counts;
    await manager.delete(interval, where);
    await manager.delete(intervalSelf, where);
    const begun = new Set<number>();
    for (const group of groups) {
      const [first] = group;
      if (first === undefined) continue;
      const { shardIndex, token, executorId, region } = first;
      // All shards have the same coarse index, so that their intervals stay together.
      const index = begun.has(shardIndex) ? first.interval : from;
      begun.add(shardIndex);
      const place = { runId, shardIndex, token, executorId, region };
      const merged = mergeInTime(group, index);
      await insertRows(manager, intervalSelf, [selfRow(place, merged)]);
      await insertRows(manager, interval, operationRows(place, merged));
    }
    return counts;
  }
}
