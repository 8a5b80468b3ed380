import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CreateRun, Policies } from '#libs/contract/run.js';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { problemOf } from '#libs/contract/problem.js';
import { Target } from '#libs/contract/target.js';
import { SoakSpec } from '#libs/workloads/soak/soak.schema.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { describeArtifacts } from './artifact.conformance.js';
import { describeEndings } from './endings.conformance.js';
import { describeScalers } from './scaler.conformance.js';
import type { Claim, NewRun, Store } from './port.js';
import { describeRollUps } from './roll-up.conformance.js';

export const NOW = 1_800_000_000_000;
export const LEASE = 10_000;

export const newRun = (
  id: string,
  change: Partial<
    Pick<NewRun, 'name' | 'labels' | 'endpoints' | 'placement' | 'policies' | 'shards' | 'createdAtMs' | 'rerunOf'>
  > & { target?: Target } = {},
): NewRun => {
  const { placement, policies } = CreateRun.parse({
    kind: 'stress',
    spec: { command: 'write n=1 -rate threads=1' },
    placement: { executors: change.shards?.length ?? 1 },
  });
  return {
    id,
    kind: 'stress',
    name: null,
    labels: { team: 'a' },
    target: Target.parse({ contactPoints: ['127.0.0.1'] }),
    endpoints: ['127.0.0.1:9042'],
    spec: {
      ...StressPlanSpec.parse({
        operation: 'write',
        stop: { type: 'operations', count: 10 },
        rate: { model: 'closed', threads: 1 },
      }),
      command: 'write n=10',
    },
    thresholds: [],
    placement,
    policies,
    shards: [{ index: 0, lanes: [{ first: 0, stride: 1, threads: 1 }] }],
    rerunOf: null,
    createdAtMs: NOW,
    actor: 'api',
    ...change,
  };
};

const two = [0, 1].map((index) => ({ index, lanes: [{ first: index, stride: 2, threads: 1 }] }));
export const executor = (id: string, labels: Record<string, string> = {}) => ({
  id,
  labels,
  hostname: 'h',
  pid: 1,
  cores: 2,
});

export const snapshot = (interval: number): IntervalSnapshot => ({
  interval,
  startMs: NOW + interval * 1000,
  lengthMs: 1000,
  partial: false,
  operations: {
    WRITE: {
      scheduled: 5,
      completed: 5,
      failed: 1,
      dropped: 0,
      retries: 2,
      partitions: 4,
      rows: 4,
      errors: { overloaded: 1 },
      st: Buffer.from([1, 2, 3]),
      failedSt: Buffer.from([9]),
    },
  },
  self: {
    cpuUs: 1,
    eventLoopDelayMaxMs: 0,
    scheduleLagMaxMs: 0,
    inFlightMax: 1,
    inFlightCapHits: 0,
    gcPauseMs: 0,
    rssBytes: 1,
    bytesSent: 1,
    bytesReceived: 1,
    lateAnswers: 0,
  },
});

/** What every database must do; `open` gives an empty, migrated store. */
export function describeStore(name: string, open: () => Promise<{ store: Store; close: () => Promise<void> }>): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
    });
    afterEach(() => close());

    const claimed = async (id: string, executorId: string): Promise<Claim> => {
      const claim = await store.shards.claim(executorId, NOW, LEASE);
      if (claim?.runId !== id) throw new Error(`expected a claim of ${id}, found ${JSON.stringify(claim)}`);
      return claim;
    };

    describeArtifacts(open, newRun);
    describeEndings(open, newRun);
    describeScalers(open, newRun);

    it('keeps a run as it was created, with its first line of history', async () => {
      const { run } = await store.runs.create(newRun('r1', { name: 'n' }));
      expect(run).toMatchObject({
        id: 'r1',
        name: 'n',
        status: 'queued',
        labels: { team: 'a' },
        endedAtMs: null,
        summary: null,
      });
      expect(run.statusHistory).toEqual([{ atMs: NOW, from: null, to: 'queued', actor: 'api', reason: 'created' }]);
      expect(await store.runs.find('r1')).toEqual(run);
      expect(await store.runs.find('none')).toBeNull();
    });

    it('gives secrets only to who asks for them', async () => {
      const target = Target.parse({
        contactPoints: ['a'],
        username: 'u',
        password: 'hunter2',
        tls: { keyPem: 'private' },
      });
      const { run } = await store.runs.create(newRun('r1', { target }));
      expect(JSON.stringify(run)).not.toMatch(/hunter2|private/);
      expect(JSON.stringify(await store.runs.find('r1'))).not.toMatch(/hunter2|private/);
      expect((await store.runs.find('r1', { withSecrets: true }))?.target).toEqual(target);
    });

    it('replays an idempotency key with the same body and refuses another body', async () => {
      const key = { key: 'k', bodyHash: 'h' };
      await store.runs.create(newRun('r1'), key);
      expect(await store.runs.create(newRun('r2'), key)).toMatchObject({ replayed: true, run: { id: 'r1' } });
      await expect(store.runs.create(newRun('r3'), { key: 'k', bodyHash: 'x' })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
    });

    it('lists newest first, in pages, by status, label and time', async () => {
      for (const index of [1, 2, 3]) {
        await store.runs.create(
          newRun(`r${index}`, {
            createdAtMs: NOW + index,
            labels: index === 2 ? { team: 'b', odd: 'x' } : { team: 'a' },
          }),
        );
      }
      const first = await store.runs.list({ limit: 2 });
      expect(first.items.map((run) => run.id)).toEqual(['r3', 'r2']);
      const second = await store.runs.list({ limit: 2, cursor: first.nextCursor ?? '' });
      expect([second.items.map((run) => run.id), second.nextCursor]).toEqual([['r1'], null]);
      expect((await store.runs.list({ limit: 9, label: 'team:b' })).items.map((run) => run.id)).toEqual(['r2']);
      expect((await store.runs.list({ limit: 9, label: 'odd' })).items.map((run) => run.id)).toEqual(['r2']);
      expect((await store.runs.list({ limit: 9, fromMs: NOW + 2, toMs: NOW + 3 })).items.map((run) => run.id)).toEqual([
        'r2',
      ]);
      expect((await store.runs.list({ limit: 9, status: 'running' })).items).toEqual([]);
      await expect(store.runs.list({ limit: 1, cursor: 'rubbish' })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
    });

    it('refuses illegal transitions and ends a run once', async () => {
      await store.runs.create(newRun('r1'));
      expect(await store.runs.transition('r1', { to: 'running', actor: 'x', reason: '', atMs: NOW })).toBe(false);
      expect(
        await store.runs.transition('r1', {
          to: 'failed',
          actor: 'x',
          reason: 'why',
          atMs: NOW + 5,
          problem: problemOf('INTERNAL', 'why'),
        }),
      ).toBe(true);
      expect(await store.runs.transition('r1', { to: 'cancelled', actor: 'x', reason: '', atMs: NOW })).toBe(false);
      expect(await store.runs.find('r1')).toMatchObject({
        status: 'failed',
        endedAtMs: NOW + 5,
        problem: { code: 'INTERNAL' },
      });
    });

    it('carries two shards from the claim over the barrier to the end', async () => {
      await store.runs.create(newRun('r1', { shards: two }));
      await store.shards.register(executor('a'), NOW);
      expect(await store.shards.claim('a', NOW, LEASE)).toBeNull();
      expect(await store.runs.waiting('r1', NOW)).toMatchObject({
        position: 1,
        reason: expect.stringContaining('needs 2 executors, 1 are alive'),
      });
      await store.shards.register(executor('b'), NOW);
      const [first, second] = [await claimed('r1', 'a'), await claimed('r1', 'b')];
      expect([first.leads, second.leads]).toEqual([true, false]);
      expect(await store.shards.claim('a', NOW, LEASE)).toBeNull();
      await store.shards.prepared(first, NOW);
      expect(await store.shards.beat(second, NOW, LEASE)).toMatchObject({
        held: true,
        prepared: true,
        startAtMs: null,
        status: 'preparing',
      });
      await store.shards.ready(first, NOW, 500);
      await store.shards.ready(second, NOW + 1, 500);
      expect(await store.shards.beat(first, NOW, LEASE)).toMatchObject({ status: 'ready', startAtMs: NOW + 501 });
      await store.shards.started(first, NOW + 501);
      await store.shards.started(second, NOW + 503);
      expect(await store.shards.ended(first, 5, NOW + 900)).toBe(false);
      expect(await store.shards.ended(second, 5, NOW + 901)).toBe(true);
      const run = await store.runs.find('r1');
      expect(run?.statusHistory.map((line) => line.to)).toEqual([
        'queued',
        'preparing',
        'ready',
        'running',
        'finishing',
      ]);
      expect(run?.shards.map((shard) => [shard.startedAtMs, shard.completed, shard.state])).toEqual([
        [NOW + 501, 5, 'ended'],
        [NOW + 503, 5, 'ended'],
      ]);
      expect(await store.runs.transition('r1', { to: 'completed', actor: 'a', reason: 'done', atMs: NOW + 950 })).toBe(
        true,
      );
    });

    it('lets a second run on the same target wait, and says for whom', async () => {
      await store.runs.create(newRun('r1'));
      await store.runs.create(newRun('r2', { createdAtMs: NOW + 1 }));
      await store.runs.create(newRun('r3', { createdAtMs: NOW + 2, endpoints: ['127.0.0.2:9042'] }));
      await store.shards.register(executor('a'), NOW);
      await store.shards.register(executor('b'), NOW);
      await claimed('r1', 'a');
      expect((await store.runs.waiting('r2', NOW))?.reason).toContain('locked by run r1');
      await claimed('r3', 'b');
      await store.runs.transition('r1', { to: 'failed', actor: 'x', reason: '', atMs: NOW });
      await claimed('r2', 'a');
    });

    it('lets runs share a target when both say so', async () => {
      const target = Target.parse({ contactPoints: ['127.0.0.1'], shared: true });
      await store.runs.create(newRun('r1', { target }));
      await store.runs.create(newRun('r2', { target, createdAtMs: NOW + 1 }));
      for (const id of ['a', 'b']) await store.shards.register(executor(id), NOW);
      await claimed('r1', 'a');
      await claimed('r2', 'b');
    });

    it('gives every shard to one executor only, whoever asks at once', async () => {
      await store.runs.create(newRun('r1', { shards: [0, 1, 2, 3].map((index) => ({ index, lanes: [] })) }));
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const name of names) await store.shards.register(executor(name), NOW);
      const claims = await Promise.all(names.map((name) => store.shards.claim(name, NOW, LEASE)));
      const indexes = claims.filter((claim) => claim !== null).map((claim) => claim.shardIndex);
      expect(indexes.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    });

    it('stores intervals once, fenced by the token, and reads them in order', async () => {
      await store.runs.create(newRun('r1'));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r1', 'a');
      expect(await store.intervals.append(claim, 'a', [snapshot(0), snapshot(1)])).toBe(true);
      expect(await store.intervals.append(claim, 'a', [snapshot(1), snapshot(2)])).toBe(true);
      expect(await store.intervals.append({ ...claim, token: claim.token - 1 }, 'a', [snapshot(3)])).toBe(false);
      const found = await store.intervals.read('r1');
      expect(found.map((one) => one.interval)).toEqual([0, 1, 2]);
      const operation = found[0]?.operations['WRITE'];
      expect(operation).toMatchObject({ completed: 5, errors: { overloaded: 1 } });
      expect([...(operation?.st ?? []), ...(operation?.failedSt ?? [])]).toEqual([1, 2, 3, 9]);
      expect(operation?.rt).toBeUndefined();
      expect(
        (await store.intervals.read('r1', { fromMs: NOW + 1000, toMs: NOW + 2000 })).map((one) => one.interval),
      ).toEqual([1]);
      expect((await store.intervals.read('r1', { fromInterval: 1, limit: 1 })).map((one) => one.interval)).toEqual([1]);
      expect(await store.intervals.read('r1', { executorId: 'b' })).toEqual([]);
      expect(await store.intervals.completeUpTo('r1')).toBe(2);
    });

    it('cancels a queued run at once and tells the executors of another', async () => {
      await store.runs.create(newRun('r1'));
      expect(await store.runs.requestCancel('r1', 'user:u', 'enough', NOW)).toBe(true);
      expect(await store.runs.find('r1')).toMatchObject({ status: 'cancelled' });
      expect(await store.runs.requestCancel('r1', 'user:u', 'again', NOW)).toBe(false);
      await store.runs.create(newRun('r2'));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r2', 'a');
      await store.runs.requestCancel('r2', 'user:u', 'enough', NOW);
      expect(await store.shards.beat(claim, NOW, LEASE)).toMatchObject({ held: true, cancelRequested: true });
      expect(await store.watchdog.sweep(NOW + 4_000)).toEqual([]);
      expect(await store.watchdog.sweep(NOW + 6_000)).toEqual([{ runId: 'r2', to: 'cancelled' }]);
      expect(await store.shards.beat(claim, NOW, LEASE)).toMatchObject({ held: false });
    });

    it('lets the last one finish a run that was cancelled before anybody started', async () => {
      await store.runs.create(newRun('r1'));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r1', 'a');
      await store.shards.prepared(claim, NOW);
      await store.shards.ready(claim, NOW, 0);
      await store.runs.requestCancel('r1', 'user:u', 'enough', NOW);
      expect(await store.shards.ended(claim, 0, NOW)).toBe(true);
      expect(await store.runs.find('r1')).toMatchObject({ status: 'ready' });
    });

    it('leaves an executor that ends a cancelled run the time for its summary', async () => {
      await store.runs.create(newRun('r1'));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r1', 'a');
      await store.shards.prepared(claim, NOW);
      await store.shards.ready(claim, NOW, 0);
      await store.shards.started(claim, NOW);
      await store.runs.requestCancel('r1', 'user:u', 'enough', NOW);
      await store.shards.ended(claim, 5, NOW + 4_000);
      expect(await store.runs.find('r1')).toMatchObject({ status: 'finishing' });
      // Others may make it in its place, and nobody ends the run before.
      expect(await store.watchdog.sweep(NOW + 20_000)).toEqual([{ runId: 'r1', to: 'finishing' }]);
      expect(await store.runs.find('r1')).toMatchObject({ status: 'finishing' });
      expect(await store.watchdog.sweep(NOW + 3_600_000)).toEqual([{ runId: 'r1', to: 'cancelled' }]);
    });

    it('interrupts a run whose executor is lost, and fences the zombie off', async () => {
      await store.runs.create(newRun('r1'));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r1', 'a');
      expect(await store.watchdog.sweep(NOW + LEASE)).toEqual([]);
      expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'r1', to: 'interrupted' }]);
      expect(await store.watchdog.sweep(NOW + LEASE + 2)).toEqual([]);
      expect(await store.runs.find('r1')).toMatchObject({ status: 'interrupted', problem: { code: 'EXECUTOR_LOST' } });
      expect(await store.intervals.append(claim, 'a', [snapshot(0)])).toBe(false);
      expect(await store.shards.ended(claim, 1, NOW)).toBe(false);
    });

    it('gives the part of a lost executor to another, a few times', async () => {
      const policies = Policies.parse({ lostExecutor: 'requeue', maxRequeues: 1, requeueDeadlineMs: 20_000 });
      await store.runs.create(newRun('r1', { shards: two, policies }));
      for (const id of ['a', 'b', 'c']) await store.shards.register(executor(id), NOW);
      const [first, second] = [await claimed('r1', 'a'), await claimed('r1', 'b')];
      await store.shards.prepared(first, NOW);
      for (const claim of [first, second]) await store.shards.ready(claim, NOW, 500);
      for (const claim of [first, second]) await store.shards.started(claim, NOW + 500);
      expect(await store.shards.claim('c', NOW, LEASE)).toBeNull();
      await store.shards.beat(second, NOW + LEASE, LEASE);
      expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([]);
      expect(await store.intervals.append(first, 'a', [snapshot(0)])).toBe(false);
      await store.shards.executorBeat('c', NOW + LEASE, 0);
      const third = await store.shards.claim('c', NOW + LEASE, LEASE);
      // The target was prepared once; the start was long ago, and stays what it was.
      expect(third).toEqual({ runId: 'r1', shardIndex: 0, token: first.token + 2, leads: false });
      if (third === null) return;
      expect(await store.shards.ready(third, NOW + LEASE, 500)).toBe(true);
      expect(await store.shards.beat(third, NOW + LEASE, LEASE)).toMatchObject({
        status: 'running',
        startAtMs: NOW + 500,
      });
      await store.shards.started(third, NOW + LEASE);
      expect(await store.shards.ended(second, 5, NOW + LEASE)).toBe(false);
      expect((await store.runs.find('r1'))?.shards[0]).toMatchObject({
        executorId: 'c',
        startedAtMs: NOW + 500,
        lostExecutors: ['a'],
      });
      expect(await store.watchdog.sweep(NOW + 2 * LEASE + 1)).toEqual([{ runId: 'r1', to: 'interrupted' }]);
      expect((await store.runs.find('r1'))?.problem?.detail).toMatch(/^executor c was lost.* 1 times already/);
    });

    it('interrupts a run when nobody takes the part of a lost executor', async () => {
      const policies = Policies.parse({ lostExecutor: 'requeue', requeueDeadlineMs: 20_000 });
      await store.runs.create(newRun('r1', { policies }));
      await store.shards.register(executor('a'), NOW);
      const claim = await claimed('r1', 'a');
      await store.shards.prepared(claim, NOW);
      await store.shards.ready(claim, NOW, 0);
      await store.shards.started(claim, NOW);
      const lostMs = NOW + LEASE + 1;
      expect(await store.watchdog.sweep(lostMs)).toEqual([]);
      expect(await store.watchdog.sweep(lostMs + 20_000)).toEqual([]);
      expect(await store.watchdog.sweep(lostMs + 20_001)).toEqual([{ runId: 'r1', to: 'interrupted' }]);
    });

    it.each([
      ['queued', 86_400_001],
      ['preparing', 300_001],
      ['ready', 60_001],
      ['finishing', 120_001],
    ] as const)('fails a run that stays %s beyond its deadline', async (state, afterMs) => {
      await store.runs.create(newRun('r1'));
      if (state !== 'queued') {
        await store.shards.register(executor('a'), NOW);
        const claim = await store.shards.claim('a', NOW, 1e9);
        if (claim === null) throw new Error('expected a claim, found none');
        if (state !== 'preparing') await store.shards.ready(claim, NOW, 0);
        if (state === 'finishing') {
          await store.shards.started(claim, NOW);
          await store.shards.ended(claim, 5, NOW);
        }
      }
      expect((await store.runs.find('r1'))?.status).toBe(state);
      expect(await store.watchdog.sweep(NOW + afterMs - 1)).not.toContainEqual({ runId: 'r1', to: 'failed' });
      expect(await store.watchdog.sweep(NOW + afterMs)).toEqual([{ runId: 'r1', to: 'failed' }]);
      expect(await store.runs.find('r1')).toMatchObject({ problem: { code: 'DEADLINE_EXCEEDED' } });
    });

    it.each([undefined, 60_000])(
      'ends a soak run of %s ms by its deadline only if it has a length',
      async (durationMs) => {
        const [longMs, stressRun] = [40 * 86_400_000, newRun('r1')];
        const target = Target.parse({ contactPoints: ['127.0.0.1'] });
        await store.runs.create({ ...stressRun, kind: 'soak', spec: SoakSpec.parse({ durationMs }), target });
        await store.shards.register(executor('a'), NOW);
        const claim = await store.shards.claim('a', NOW, longMs);
        if (claim === null) throw new Error('expected a claim, found none');
        await store.shards.prepared(claim, NOW);
        await store.shards.ready(claim, NOW, 0);
        await store.shards.started(claim, NOW);
        const ended = durationMs === undefined ? [] : [{ runId: 'r1', to: 'failed' }];
        expect(await store.watchdog.sweep(NOW + longMs - 1)).toEqual(ended);
      },
    );

    it('keeps logs and the first hundred mismatches, and deletes only what has ended', async () => {
      await store.runs.create(newRun('r1'));
      await store.log.add(
        'r1',
        [1, 2].map((index) => ({ atMs: NOW + index, level: 'info' as const, source: 'api', message: `line ${index}` })),
      );
      const lines = await store.log.read('r1', 0, 10);
      expect(lines.map((line) => line.message)).toEqual(['line 1', 'line 2']);
      expect(await store.log.read('r1', lines[0]?.id ?? 0, 10)).toHaveLength(1);
      // Lines may quote what a file holds, and one database takes no NUL.
      await store.log.add('r1', [{ atMs: NOW + 3, level: 'warn', source: 'api', message: 'found a\0b' }]);
      expect((await store.log.read('r1', lines[1]?.id ?? 0, 10)).map((line) => line.message)).toEqual([
        'found a\uFFFDb',
      ]);
      const many = Array.from({ length: 150 }, (_, index) => ({
        key: `${index}\0`,
        column: 'C0',
        expected: 'aa',
        found: index === 0 ? null : 'bb',
      }));
      await store.runs.addMismatches('r1', many, 150);
      const { first, count } = await store.runs.mismatches('r1');
      expect([first.length, count, first[0]]).toEqual([
        100,
        150,
        { key: '0\uFFFD', column: 'C0', expected: 'aa', found: null },
      ]);
      await expect(store.runs.delete('r1')).rejects.toMatchObject({ code: 'RUN_NOT_ENDED' });
      await store.runs.requestCancel('r1', 'x', '', NOW);
      await store.runs.delete('r1');
      expect(await store.runs.find('r1')).toBeNull();
      await expect(store.runs.delete('r1')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    });
  });
  describeRollUps(`${name}: rolling up`, open, (id) => newRun(id, { shards: two }));
}
