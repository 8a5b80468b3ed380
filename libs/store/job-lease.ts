import { EntitySchema } from 'typeorm';
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

  take(name: string, holder: string, nowMs: number, leaseMs: number): Promise<boolean> {
    const { jobLease } = this.database.entities;
    return this.database.control(async (manager) => {
      const held = await manager.findOneBy(jobLease, { name });
      if (held !== null && held.holder !== holder && held.untilMs > nowMs) return false;
      await manager.upsert(jobLease, { name, holder, untilMs: nowMs + leaseMs }, ['name']);
      return true;
    });
  }
}
