import { expect, vi } from 'vitest';
import { Schedule } from '#libs/contract/schedule.js';
import type { TestApi } from './api-server.js';

/** A stress run of so many writes, as it is posted. */
export const writes = (count = 1, more: object = {}) => ({
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'], username: 'u', password: 'the-password' },
  spec: { operation: 'write', stop: { type: 'operations', count }, rate: { model: 'closed', threads: 1 } },
  ...more,
});

/** A schedule of one night run, as it is posted. */
export const nightly = (more: object = {}) => ({
  name: 'nightly',
  cron: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  work: { type: 'run', run: writes() },
  ...more,
});

/** Posts a schedule. */
export const makeSchedule = async (api: TestApi, body: object): Promise<Schedule> =>
  Schedule.parse((await api.post('/v1/schedules', body)).json);

/** Lets the service see that a time has come, and waits until it has dealt with it. */
export async function settle(api: TestApi, id: string, atMs: number): Promise<Schedule> {
  const read = async () => Schedule.parse((await api.get(`/v1/schedules/${id}`)).json);
  api.now.ms = atMs;
  await vi.waitFor(
    async () => {
      const { lastFires, nextFires } = await read();
      expect(nextFires[0] ?? Infinity).toBeGreaterThan(atMs);
      expect(lastFires.some(({ state }) => state === 'firing')).toBe(false);
    },
    { timeout: 15_000, interval: 100 },
  );
  return read();
}
