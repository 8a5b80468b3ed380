import { EntitySchema } from 'typeorm';
import { big, json, key, text } from './column.js';
import type { Database } from './database.js';
import type { ScalerLead, ScalerStore } from './scaler-port.js';

interface ScalerStateRow {
  runId: string;
  holder: string;
  token: number;
  leaseUntilMs: number;
  state: unknown;
}

export const scalerStateEntity = new EntitySchema<ScalerStateRow>({
  name: 'ScalerState',
  tableName: 'scaler_states',
  columns: {
    runId: text('run_id', key),
    holder: text('holder'),
    token: big('token'),
    leaseUntilMs: big('lease_until_ms'),
    state: json('state', { nullable: true }),
  },
});

/** Scalers' leaders and states in the database. */
export class SqlScalerStore implements ScalerStore {
  constructor(private readonly database: Database) {}

  lead(runId: string, holder: string, nowMs: number, leaseMs: number): Promise<ScalerLead | null> {
    const { scalerState } = this.database.entities;
    const leaseUntilMs = nowMs + leaseMs;
    return this.database.control(async (manager) => {
      const found = await manager.findOneBy(scalerState, { runId });
      if (found === null) {
        await manager.insert(scalerState, { runId, holder, token: 1, leaseUntilMs });
        return { token: 1, state: null };
      }
      const isOwn = found.holder === holder;
      if (!isOwn && found.leaseUntilMs > nowMs) return null;
      const token = isOwn ? found.token : found.token + 1;
      await manager.update(scalerState, { runId }, { holder, token, leaseUntilMs });
      return { token, state: found.state ?? null };
    });
  }

  renew(runId: string, token: number, nowMs: number, leaseMs: number): Promise<boolean> {
    return this.write(runId, token, { leaseUntilMs: nowMs + leaseMs });
  }

  save(runId: string, token: number, state: object, nowMs: number, leaseMs: number): Promise<boolean> {
    return this.write(runId, token, { state, leaseUntilMs: nowMs + leaseMs });
  }

  async release(runId: string, token: number): Promise<void> {
    await this.write(runId, token, { holder: '', leaseUntilMs: 0 });
  }

  async state(runId: string): Promise<unknown> {
    const found = await this.database.manager.findOneBy(this.database.entities.scalerState, { runId });
    return found?.state ?? null;
  }

  /** Only while `token` is the present one, so that a leader that was replaced writes nothing more. */
  private write(
    runId: string,
    token: number,
    change: Partial<Omit<ScalerStateRow, 'state'>> & { state?: object },
  ): Promise<boolean> {
    const { scalerState } = this.database.entities;
    return this.database.control(async (manager) => {
      const { affected } = await manager.update(scalerState, { runId, token }, change);
      return affected === undefined || affected === null
        ? manager.existsBy(scalerState, { runId, token })
        : affected > 0;
    });
  }
}
