import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewRun, Store } from './port.js';

const NOW = 1_800_000_000_000;
const LEASE = 10_000;

/** What every store does with the leaders of scalers; part of describeStore. */
export function describeScalers(
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
  newRun: (id: string) => NewRun,
): void {
  describe('leaders of scalers', () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('has one at a time, and nothing is written by one that was replaced', async () => {
      const { scalers } = opened.store;
      expect(await scalers.lead('r1', 'a', NOW, LEASE)).toEqual({ token: 1, state: null });
      expect(await scalers.lead('r1', 'b', NOW + 1, LEASE)).toBeNull();
      expect(await scalers.lead('r2', 'b', NOW, LEASE)).toEqual({ token: 1, state: null });
      expect(await scalers.save('r1', 1, { phase: 'asking', to: 6 }, NOW + 5_000, LEASE)).toBe(true);
      expect(await scalers.lead('r1', 'b', NOW + 14_999, LEASE)).toBeNull();
      expect(await scalers.renew('r1', 1, NOW + 14_999, LEASE)).toBe(true);
      expect(await scalers.lead('r1', 'b', NOW + 24_998, LEASE)).toBeNull();
      expect(await scalers.lead('r1', 'b', NOW + 24_999, LEASE)).toEqual({
        token: 2,
        state: { phase: 'asking', to: 6 },
      });
      expect(await scalers.save('r1', 1, { phase: 'late' }, NOW + 25_000, LEASE)).toBe(false);
      expect(await scalers.renew('r1', 1, NOW + 25_000, LEASE)).toBe(false);
      await scalers.release('r1', 1);
      expect(await scalers.lead('r1', 'a', NOW + 25_001, LEASE)).toBeNull();
      expect(await scalers.state('r1')).toEqual({ phase: 'asking', to: 6 });
    });

    it('goes to another at once when it is given up, and ends with the run', async () => {
      const { scalers, runs } = opened.store;
      await runs.create(newRun('r1'));
      await scalers.lead('r1', 'a', NOW, LEASE);
      await scalers.release('r1', 1);
      expect(await scalers.lead('r1', 'b', NOW + 1, LEASE)).toEqual({ token: 2, state: null });
      await scalers.save('r1', 2, { phase: 'watching' }, NOW, LEASE);
      await runs.requestCancel('r1', 'test', 'test', NOW);
      await runs.delete('r1');
      expect(await scalers.state('r1')).toBeNull();
    });

    it('gives the lead to one of many that want it at the same time', async () => {
      const { scalers } = opened.store;
      const leads = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => scalers.lead('r1', holder, NOW, LEASE)));
      expect(leads.filter((lead) => lead !== null)).toHaveLength(1);
    });
  });
}
