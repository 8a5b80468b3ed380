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

    it('tells a process from the one before it with the same id', async () => {
      const process = (incarnation: string) => ({ ...executor('pod-1'), incarnation });
      const beat = (incarnation: string, atMs = NOW) => store.shards.executorBeat('pod-1', atMs, 0, incarnation);
      const list = async () => (await store.shards.executors(NOW)).map(({ id, draining }) => [id, draining]);
      expect(await beat('first')).toBe('unlisted');
      await store.shards.register(process('first'), NOW);
      await store.shards.drain('pod-1', true);
      // The database was away: the same process comes back, and is drained still.
      await store.shards.register(process('first'), NOW);
      expect(await list()).toEqual([['pod-1', true]]);
      expect(await beat('first')).toBe('listed');
      // Started again.
      await store.shards.register(process('second'), NOW);
      expect(await list()).toEqual([['pod-1', false]]);
      expect([await beat('first'), await beat('second')]).toEqual(['replaced', 'listed']);
      await store.shards.retire('pod-1', 'first');
      expect(await list()).toHaveLength(1);
      // Nobody has heard of the second for long.
      expect(await beat('first', NOW + 60_000)).toBe('unlisted');
      await store.shards.retire('pod-1', 'second');
      expect(await list()).toEqual([]);
    });

    it('leaves what a successor of the same id does alone', async () => {
      await create('r1', { executors: 1 });
      await store.shards.register({ ...executor('pod-1'), incarnation: 'second' }, NOW);
      await claim('pod-1');
      await store.shards.executorBeat('pod-1', NOW, 0, 'first');
      expect((await store.shards.executors(NOW))[0]?.runId).toBe('r1');
    });

    it('forgets who was killed a day ago', async () => {
      await register(executor('killed'));
      await store.shards.register(executor('late'), NOW + 86_400_001);
      expect((await store.shards.executors(NOW)).map(({ id }) => id)).toEqual(['late']);
    });

    it('says what a run waits for that is being prepared without an executor for each of its parts', async () => {
      await create('r1', { executors: 2 });
      await register(executor('a'), executor('dead'));
      await claim('a');
      await store.shards.retire('dead');
      expect(await reason('r1')).toBe('for what is left of it no executor is alive: start one with tidemark executor');
      await register(executor('b'));
      expect(await reason('r1')).toBe('for what is left of it an executor will claim it in a moment');
      await claim('b');
      expect(await reason('r1')).toBeUndefined();
    });

    it('says that those that are alive are being drained', async () => {
      await create('r1', { executors: 1, labels: eu });
      await register(executor('a', eu), executor('b', us));
      await store.shards.drain('a', true);
      expect(await reason('r1')).toBe(
        'all executors with labels region=eu that are alive (1) are being drained: resume one, or start another',
      );
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
      expect(await reason('r1')).toMatch(/^all executors that are alive \(1\) are being drained/);
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
