import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Placement } from '#libs/contract/placement.js';
import { Policies } from '#libs/contract/run.js';
import type { Claim, Store } from './port.js';
import { executor, LEASE, newRun, NOW, snapshot } from './store.conformance.js';

const shards = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ index, lanes: [{ first: index, stride: count, threads: 1 }] }));
const [eu, us] = [{ region: 'eu' }, { region: 'us' }];

/** What every database must do where executors are many; `open` gives an empty, migrated store. */
export function describeExecutors(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    const create = (id: string, placement: unknown, change: Parameters<typeof newRun>[1] = {}) => {
      const parsed = Placement.parse(placement);
      return store.runs.create(newRun(id, { placement: parsed, shards: shards(parsed.executors), ...change }));
    };
    const register = async (...those: ReturnType<typeof executor>[]) => {
      for (const each of those) await store.shards.register(each, NOW);
    };
    const claim = async (executorId: string): Promise<Claim> => {
      const claimed = await store.shards.claim(executorId, NOW, LEASE);
      if (claimed === null) throw new Error(`expected a claim of ${executorId}`);
      return claimed;
    };
    const reason = async (id: string) => (await store.runs.waiting(id, NOW))?.reason;

    it('places groups by their labels, and says what is missing', async () => {
      await create('r1', { groups: [{ count: 1 }, { count: 2, labels: eu }] });
      await register(executor('a', us), executor('b', eu));
      expect(await reason('r1')).toBe('it needs 2 executors with labels region=eu, 1 are alive');
      expect(await store.shards.claim('b', NOW, LEASE)).toBeNull();
      await register(executor('c', eu));
      expect(await reason('r1')).toBe('an executor will claim it in a moment');
      // Who could fill any place takes the one that only it can fill.
      const claims = [await claim('c'), await claim('b'), await claim('a')];
      expect(claims.map(({ shardIndex }) => shardIndex).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
      expect(claims[2]).toMatchObject({ shardIndex: 0, leads: true });
      const run = await store.runs.find('r1');
      expect(run?.shards.map(({ executorLabels }) => executorLabels)).toEqual([us, eu, eu]);
    });

    it('takes no executor away from a run that is being prepared', async () => {
      await create('r1', { executors: 2, labels: eu });
      await create('r2', { executors: 2 }, { createdAtMs: NOW + 1, endpoints: ['127.0.0.2:9042'] });
      await register(executor('a', eu), executor('b', eu), executor('c', us));
      expect(await claim('a')).toMatchObject({ runId: 'r1' });
      expect(await store.shards.claim('c', NOW, LEASE)).toBeNull();
      expect(await claim('b')).toMatchObject({ runId: 'r1' });
      expect(await reason('r2')).toBe('it needs 2 idle executors, 1 are idle');
    });

    it('counts the place in the queue by age, also of runs of one moment', async () => {
      for (const id of ['r2', 'r1', 'r3']) await create(id, {});
      const positions = await Promise.all(['r1', 'r2', 'r3'].map((id) => store.runs.waiting(id, NOW)));
      expect(positions.map((waiting) => waiting?.position)).toEqual([1, 2, 3]);
    });

    it('gives an executor that is drained nothing new until it is resumed', async () => {
      await register(executor('a'));
      expect(await store.shards.drain('a', true)).toBe(true);
      expect(await store.shards.drain('nobody', true)).toBe(false);
      await create('r1', {});
      expect(await store.shards.claim('a', NOW, LEASE)).toBeNull();
      expect(await reason('r1')).toMatch(/^no executor is alive/);
      // One that comes back after an outage is still drained.
      await register(executor('a'));
      expect(await store.shards.executors(NOW)).toMatchObject([{ id: 'a', draining: true }]);
      await store.shards.drain('a', false);
      await claim('a');
    });

    it('hands a shard back before the start when another executor can have it', async () => {
      await create('r1', { executors: 1, labels: eu });
      await register(executor('a', eu), executor('b', us));
      const first = await claim('a');
      expect(await store.shards.handBack(first, NOW)).toBe(false);
      await register(executor('c', eu));
      expect(await store.shards.handBack(first, NOW)).toBe(true);
      expect(await store.shards.beat(first, NOW, LEASE)).toMatchObject({ held: false });
      await store.shards.drain('a', true);
      const second = await claim('c');
      expect(second).toMatchObject({ runId: 'r1', leads: true });
      await store.shards.ready(second, NOW, 0);
      await register(executor('d', eu));
      expect(await store.shards.handBack(second, NOW)).toBe(false);
    });

    it('with "continue" lets a run finish whose other executors had ended when one was found lost', async () => {
      const policies = Policies.parse({ lostExecutor: 'continue' });
      await create('r1', { executors: 2 }, { policies });
      for (const id of ['a', 'b']) await register(executor(id));
      const [ended, lost] = [await claim('a'), await claim('b')];
      await store.shards.prepared(ended, NOW);
      for (const each of [ended, lost]) await store.shards.ready(each, NOW, 0);
      for (const each of [ended, lost]) await store.shards.started(each, NOW);
      expect(await store.shards.ended(ended, 5, NOW + 1)).toBe(false);
      expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'r1', to: 'finishing' }]);
      expect(await store.watchdog.sweep(NOW + LEASE + 2)).toEqual([]);
      expect(await store.runs.find('r1')).toMatchObject({
        status: 'finishing',
        problem: null,
        shards: [{ state: 'ended', completed: 5 }, { state: 'lost' }],
      });
    });

    it('adds the late result of a lost executor once, and none of one whose shard is another’s', async () => {
      await create('r1', {});
      await register(executor('a'));
      const lost = await claim('a');
      expect(await store.intervals.append(lost, 'a', [snapshot(0)])).toBe(true);
      expect(await store.intervals.appendLate(lost, 'a', [snapshot(1)])).toBe(false);
      await store.watchdog.sweep(NOW + LEASE + 1);
      expect(await store.intervals.append(lost, 'a', [snapshot(1)])).toBe(false);
      for (let again = 0; again < 2; again++)
        expect(await store.intervals.appendLate(lost, 'a', [snapshot(0), snapshot(1)])).toBe(true);
      expect((await store.intervals.read('r1')).map(({ interval }) => interval)).toEqual([0, 1]);
      expect(await store.shards.late(lost, 10)).toBe(true);
      expect((await store.runs.find('r1'))?.shards).toMatchObject([{ state: 'lost', completed: 10 }]);
      const older = { ...lost, token: lost.token - 1 };
      expect(await store.intervals.appendLate(older, 'a', [snapshot(2)])).toBe(false);
      expect(await store.shards.late(older, 99)).toBe(false);
    });

    it.each(['another', 'a'])('keeps what a lost executor and then %s measured in one interval', async (next) => {
      await create('r1', {}, { policies: Policies.parse({ lostExecutor: 'requeue' }) });
      await register(executor('a', eu));
      const first = await claim('a');
      await store.shards.prepared(first, NOW);
      await store.shards.ready(first, NOW, 0);
      await store.shards.started(first, NOW);
      expect(await store.intervals.append(first, 'a', [{ ...snapshot(0), lengthMs: 400, partial: true }])).toBe(true);
      expect(await store.intervals.completeUpTo('r1')).toBe(0);
      await store.watchdog.sweep(NOW + LEASE + 1);
      // Whoever comes may go on within the interval.
      expect(await store.intervals.completeUpTo('r1')).toBe(-1);
      await register(executor(next, us));
      const second = await claim(next);
      await store.shards.ready(second, NOW, 0);
      expect(await store.intervals.completeUpTo('r1')).toBe(-1);
      for (let again = 0; again < 2; again++)
        expect(await store.intervals.append(second, next, [snapshot(0), snapshot(1)])).toBe(true);
      expect(await store.intervals.append(first, 'a', [snapshot(1)])).toBe(false);
      const found = await store.intervals.read('r1');
      expect(
        found.map(({ interval, executorId, region, partial, operations }) => [
          interval,
          executorId,
          region,
          partial,
          operations['WRITE']?.completed,
        ]),
      ).toEqual([
        [0, 'a', 'eu', true, 5],
        [0, next, 'us', false, 5],
        [1, next, 'us', false, 5],
      ]);
      expect(await store.intervals.completeUpTo('r1')).toBe(1);
    });

    it('adds nothing late to intervals that were rolled up', async () => {
      await create('r1', {});
      await register(executor('a'));
      const lost = await claim('a');
      await store.watchdog.sweep(NOW + LEASE + 1);
      await store.rollUps.rollUp('r1', 60_000);
      expect(await store.intervals.appendLate(lost, 'a', [snapshot(0)])).toBe(false);
      expect(await store.intervals.read('r1')).toEqual([]);
    });

    it('tells the time', async () => {
      expect(Math.abs((await store.nowMs()) - Date.now())).toBeLessThan(60_000);
    });
  });
}
