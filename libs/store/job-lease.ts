import { EntitySchema, type EntityManager } from 'typeorm';
import { big, key, text } from './column.js';
import type { Database } from './database.js';
import type { JobLeases } from './port.js';

interface JobLeaseRow {
  name: string;
  holder: string;
  untilMs: number;
}

/** Who does a job of which there must be one at a time, and until when. */
export const jobLeaseEntity = new EntitySchema<JobLeaseRow>({
  name: 'JobLease',
  tableName: 'job_leases',
  columns: {
    name: text('name', key),
    holder: text('holder'),
    untilMs: big('until_ms'),
  },
});

/** Leases on jobs in the database. */
export class SqlJobLeases implements JobLeases {
  constructor(private readonly database: Database) {}

  async take(name: string, holder: string, nowMs: number, leaseMs: number): Promise<boolean> {
    const { jobLease } = this.database.entities;
    const isAnothers = async (manager: EntityManager): Promise<boolean> => {
      const held = await manager.findOneBy(jobLease, { name });
      return held !== null && held.holder !== holder && held.untilMs > nowMs;
    };
    // A look without a lock, since many may ask for what one holds for long.
    if (await isAnothers(this.database.manager)) return false;
    return this.database.control(async (manager) => {
      if (await isAnothers(manager)) return false;
      await manager.upsert(jobLease, { name, holder, untilMs: nowMs + leaseMs }, ['name']);
      return true;
    });
  }

  async release(name: string, holder: string): Promise<void> {
    await this.database.control((manager) => manager.delete(this.database.entities.jobLease, { name, holder }));
  }
}
