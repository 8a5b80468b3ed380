import { MoreThan } from 'typeorm';
import type { LogLine } from '#libs/contract/event.js';
import type { Database } from './database.js';
import type { LogStore } from './port.js';

/** Run logs in the database; ids rise, so a reader can go on where it stopped. */
export class SqlLogStore implements LogStore {
  constructor(private readonly database: Database) {}

  async add(runId: string, lines: readonly Omit<LogLine, 'id'>[]): Promise<void> {
    if (lines.length === 0) return;
    await this.database.append((manager) =>
      manager.insert(
        this.database.entities.log,
        lines.map((line) => ({ runId, ...line })),
      ),
    );
  }

  async read(runId: string, afterId: number, limit: number): Promise<LogLine[]> {
    const { log } = this.database.entities;
    const rows = await this.database.manager.find(log, {
      where: { runId, id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
    return rows.map(({ id, atMs, level, source, message }) => ({ id, atMs, level, source, message }));
  }
}
