import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Policies } from '#libs/contract/run.js';
import { problemOf } from '#libs/contract/problem.js';
import type { Claim, Ending, NewRun, Store } from './port.js';

const NOW = 1_800_000_000_000;
const LEASE = 10_000;
/** As long as a run is left to whoever is to finish it. */
const UNFINISHED = 15_000;

const completed: Ending = { to: 'completed', actor: 'executor:a', reason: 'the plan was carried out' };
const failed: Ending = {
  to: 'failed',
  actor: 'executor:a',
  reason: 'a lane crashed',
  problem: problemOf('LANE_CRASHED', 'a lane crashed'),
};

/** How runs end when those who should end them are gone; part of describeStore. */
export function describeEndings(
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
  newRun: (id: string, change: Partial<Pick<NewRun, 'policies' | 'shards'>>) => NewRun,
): void {
  describe('ends of runs', () => {
    let opened: Awaited<ReturnType<typeof open>>;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });
    afterEach(() => opened.close());

    /** Run r of so many shards, started; executors a, b, c hold them. */
    const running = async (
      count: number,
      lostExecutor: Policies['lostExecutor'] = 'fail',
      leaseMs = LEASE,
    ): Promise<[Claim, ...Claim[]]> => {
      const shards = Array.from({ length: count }, (_, index) => ({ index, lanes: [] }));
      await store.runs.create(newRun('r', { shards, policies: Policies.parse({ lostExecutor }) }));
      const names = ['a', 'b', 'c'].slice(0, count);
      for (const id of names) await store.shards.register({ id, labels: {}, hostname: 'h', pid: 1, cores: 2 }, NOW);
      const claims: Claim[] = [];
      for (const id of names) {
        const claim = await store.shards.claim(id, NOW, leaseMs);
        if (claim) claims.push(claim);
      }
      const [first, ...rest] = claims;
      if (first === undefined || rest.length !== count - 1) throw new Error(`expected ${count} claims`);
      await store.shards.prepared(first, NOW);
      for (const claim of claims) await store.shards.ready(claim, NOW, 0);
      for (const claim of claims) await store.shards.started(claim, NOW);
      return [first, ...rest];
    };
    const second = ([, claim]: readonly Claim[]): Claim => {
      if (claim === undefined) throw new Error('expected a second claim');
      return claim;
    };
    const find = async () => {
      const run = await store.runs.find('r');
      if (run === null) throw new Error('expected the run');
      return run;
    };

    it('are noted with the end of the last shard, and with that of one which ends the run at once', async () => {
      const claims = await running(2, 'fail', 1e9);
      expect((await find()).ending).toBeNull();
      expect(await store.shards.ended(claims[0], 5, NOW + 1, { ending: failed })).toBe(false);
      expect(await find()).toMatchObject({ status: 'running', ending: { ...failed, atMs: NOW + 1 } });
      expect(await store.shards.ended(second(claims), 5, NOW + 2, { ending: completed })).toBe(true);
      expect(await find()).toMatchObject({ status: 'finishing', ending: { ...failed, atMs: NOW + 1 } });
    });

    it('are not noted by one of several that has done its part', async () => {
      const claims = await running(2);
      await store.shards.ended(claims[0], 5, NOW + 1, { ending: completed });
      expect((await find()).ending).toBeNull();
      await store.shards.ended(second(claims), 5, NOW + 2, { ending: completed });
      expect(await find()).toMatchObject({ status: 'finishing', ending: { ...completed, atMs: NOW + 2 } });
    });

    it('are asked for when nobody has finished a run for a while, again and again', async () => {
      const [claim] = await running(1);
      await store.shards.ended(claim, 5, NOW, { ending: completed });
      expect(await store.watchdog.sweep(NOW + UNFINISHED - 1)).toEqual([]);
      for (const laterMs of [0, 1])
        expect(await store.watchdog.sweep(NOW + UNFINISHED + laterMs)).toEqual([{ runId: 'r', to: 'finishing' }]);
    });

    it('are asked for when whoever failed is gone while others go on', async () => {
      const claims = await running(2, 'fail', 1e9);
      await store.shards.ended(claims[0], 5, NOW, { ending: failed });
      expect(await store.watchdog.sweep(NOW + UNFINISHED - 1)).toEqual([]);
      expect(await store.watchdog.sweep(NOW + UNFINISHED)).toEqual([{ runId: 'r', to: 'finishing' }]);
    });

    it.each(['fail', 'continue'] as const)(
      'are as noted when another executor is lost meanwhile, policy %s',
      async (policy) => {
        const claims = await running(2, policy);
        await store.shards.ended(claims[0], 5, NOW + LEASE, { ending: failed });
        expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'r', to: 'failed' }]);
        expect(await find()).toMatchObject({ status: 'failed', problem: { code: 'LANE_CRASHED' } });
      },
    );

    it('are noted by the watchdog when the others had ended before it found one lost', async () => {
      const claims = await running(2, 'continue');
      await store.shards.ended(claims[0], 5, NOW + 1, { ending: completed });
      expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'r', to: 'finishing' }]);
      expect((await find()).ending).toMatchObject({ to: 'completed', actor: 'watchdog' });
    });

    it('are cancelled when an executor is lost and the cancel has nobody else to carry it out', async () => {
      const claims = await running(2);
      await store.runs.requestCancel('r', 'user:u', 'enough', NOW + 1);
      const cancelled: Ending = { to: 'cancelled', actor: 'executor:a', reason: 'cancel was asked for' };
      expect(await store.shards.ended(claims[0], 5, NOW + 2, { ending: cancelled })).toBe(false);
      expect(await store.watchdog.sweep(NOW + 5_001)).toEqual([]);
      expect(await store.watchdog.sweep(NOW + 5_002)).toEqual([{ runId: 'r', to: 'cancelled' }]);
      const { statusHistory, shards } = await find();
      expect(statusHistory.at(-1)?.actor).toBe('user:u');
      expect(shards.map(({ state }) => state)).toEqual(['ended', 'lost']);
    });

    it('come by a shard that is abandoned when nobody else is at work', async () => {
      const claims = await running(2, 'continue');
      const told = { reason: 'executor b was shut down' };
      await store.shards.ended(claims[0], 5, NOW + 1, { ending: completed });
      expect(await store.shards.abandon(second(claims), 3, NOW + 2, told)).toBe(true);
      const run = await find();
      expect(run).toMatchObject({ status: 'finishing', ending: { to: 'completed', actor: 'executor:b' } });
      expect(run.shards).toMatchObject([
        { state: 'ended', completed: 5 },
        { state: 'lost', completed: 3 },
      ]);
      // The answer was lost and it is asked again.
      expect(await store.shards.abandon(second(claims), 3, NOW + 2, told)).toBe(true);
    });

    it('do not come by an abandoned shard while others go on, and are interrupted when all are abandoned', async () => {
      const claims = await running(2, 'continue');
      expect(await store.shards.abandon(second(claims), 3, NOW + 1, { reason: 'b was shut down' })).toBe(false);
      expect(await find()).toMatchObject({ status: 'running', shards: [{ state: 'running' }, { state: 'lost' }] });
      expect(await store.shards.beat(second(claims), NOW + 1, LEASE)).toMatchObject({ held: false });
      expect(await store.shards.abandon(claims[0], 4, NOW + 2, { reason: 'a was shut down' })).toBe(true);
      expect(await find()).toMatchObject({
        status: 'interrupted',
        problem: { code: 'EXECUTOR_LOST', detail: 'a was shut down' },
        shards: [{ completed: 4 }, { completed: 3 }],
      });
    });

    it('take what an executor tells that was found lost before it could abandon its shard', async () => {
      const claims = await running(2, 'continue');
      await store.shards.beat(claims[0], NOW + LEASE, LEASE);
      expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([]);
      expect(await store.shards.abandon(second(claims), 3, NOW + LEASE + 2, { reason: 'late' })).toBe(false);
      expect((await find()).shards).toMatchObject([{ state: 'running' }, { state: 'lost', completed: 3 }]);
    });

    it('are made under a lease that can be given up', async () => {
      const take = (holder: string) => store.jobLeases.take('finish:r', holder, NOW, LEASE);
      expect(await take('one')).toBe(true);
      await store.jobLeases.release('finish:r', 'two');
      expect(await take('two')).toBe(false);
      await store.jobLeases.release('finish:r', 'one');
      expect(await take('two')).toBe(true);
    });
  });
}
