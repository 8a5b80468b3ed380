import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import { executor, LEASE, newRun } from '#libs/store/store.conformance.js';
import type { Claim, Store } from '#libs/store/port.js';
import type { RunQueue } from './port.js';

export interface QueueUnderTest {
  store: Store;
  /** A queue as a process of its own would open it. */
  connect(labels?: Record<string, string>): Promise<RunQueue>;
  close(): Promise<void>;
}

/** Longer than any queue may take to tell somebody. */
const LONG_MS = 30_000;
const SOON_MS = 5_000;

/** What every queue must do, beside the database that it stands on. */
export function describeQueue(name: string, open: () => Promise<QueueUnderTest>): void {
  describe(name, { timeout: 60_000 }, () => {
    let under: QueueUnderTest;
    let queues: RunQueue[];
    const stop = { signal: new AbortController().signal };
    beforeEach(async () => {
      under = await open();
      queues = [];
      stop.signal = new AbortController().signal;
    });
    afterEach(async () => {
      for (const queue of queues) await queue.close();
      await under.close();
    });

    const connect = async (labels?: Record<string, string>): Promise<RunQueue> => {
      const queue = await under.connect(labels);
      queues.push(queue);
      return queue;
    };
    const post = async (queue: RunQueue, id: string, shards: number, labels: Record<string, string> = {}) => {
      await under.store.runs.create(
        newRun(id, {
          placement: { executors: shards, labels },
          endpoints: [`127.0.0.1:${id}`],
          shards: Array.from({ length: shards }, (_, index) => ({ index, lanes: [] })),
          createdAtMs: systemClock.epochMs(),
        }),
      );
      await queue.notify([{ count: shards, labels }]);
    };
    /** As an executor does all the time: one that is not heard of for five seconds does not count. */
    const beat = async (id: string, until: AbortSignal): Promise<void> => {
      while (!until.aborted) {
        await under.store.shards.executorBeat(id, systemClock.epochMs(), 0).catch(() => undefined);
        await systemClock.sleep(500, until);
      }
    };
    /** Waits as an executor does until it has a shard; the first look finds nothing. */
    const take = async (queue: RunQueue, id: string, labels: Record<string, string> = {}): Promise<Claim> => {
      const { store } = under;
      await store.shards.register(executor(id, labels), systemClock.epochMs());
      const taken = new AbortController();
      void beat(id, AbortSignal.any([taken.signal, stop.signal]));
      try {
        for (;;) {
          const claim = await store.shards.claim(id, systemClock.epochMs(), LEASE);
          if (claim) return claim;
          await queue.wait(LONG_MS, stop.signal);
        }
      } finally {
        taken.abort();
      }
    };
    const timed = async <T>(work: Promise<T>): Promise<{ value: T; tookMs: number }> => {
      const startedMs = performance.now();
      const value = await work;
      return { value, tookMs: performance.now() - startedMs };
    };

    it('tells idle executors of a run, and each shard is taken once', async () => {
      const api = await connect();
      const ids = ['a', 'b', 'c', 'd', 'e'];
      const taking: Promise<Claim>[] = [];
      for (const id of ids) taking.push(take(await connect(), id));
      await systemClock.sleep(500);
      await post(api, 'r1', 2);
      await post(api, 'r2', 3);
      const { value: claims, tookMs } = await timed(Promise.all(taking));
      expect(tookMs).toBeLessThan(SOON_MS);
      const taken = claims.map((claim) => `${claim.runId}/${claim.shardIndex}`);
      expect(taken.toSorted()).toEqual(['r1/0', 'r1/1', 'r2/0', 'r2/1', 'r2/2']);
    });

    it('keeps what was said until somebody listens', async () => {
      await post(await connect(), 'r1', 1);
      const listener = await connect();
      expect((await timed(listener.wait(LONG_MS, stop.signal))).tookMs).toBeLessThan(SOON_MS);
    });

    it('tells an executor with the labels that are asked for, whoever else waits', async () => {
      const taking = take(await connect({ region: 'eu' }), 'eu', { region: 'eu' });
      const others = new AbortController();
      const other = await connect({ region: 'us' });
      const idle = (async () => {
        while (!others.signal.aborted) await other.wait(LONG_MS, others.signal);
      })();
      await systemClock.sleep(300);
      await post(await connect(), 'r1', 1, { region: 'eu' });
      const { value, tookMs } = await timed(taking);
      expect(value.runId).toBe('r1');
      expect(tookMs).toBeLessThan(SOON_MS);
      others.abort();
      await idle;
    });

    it('tells everybody when a target became free', async () => {
      const listeners = await Promise.all([1, 2, 3].map(() => connect()));
      const waiting = listeners.map((queue) => queue.wait(LONG_MS, stop.signal));
      await systemClock.sleep(300);
      await (await connect()).freed();
      expect((await timed(Promise.all(waiting))).tookMs).toBeLessThan(SOON_MS);
    });

    it('waits no longer than it is told to, and not when the signal aborts', async () => {
      const queue = await connect();
      expect((await timed(queue.wait(100, stop.signal))).tookMs).toBeLessThan(SOON_MS);
      const abort = new AbortController();
      const waiting = timed(queue.wait(LONG_MS, abort.signal));
      abort.abort();
      expect((await waiting).tookMs).toBeLessThan(SOON_MS);
      expect((await timed(queue.wait(LONG_MS, abort.signal))).tookMs).toBeLessThan(SOON_MS);
    });

    it('lets every executor of a run see a cancel within a second', async () => {
      const api = await connect();
      const ids = ['a', 'b', 'c'];
      const taking = ids.map(async (id) => ({ id, queue: await connect(), claim: await take(await connect(), id) }));
      await post(api, 'r1', 3);
      const takers = await Promise.all(taking);
      const seen = takers.map(async ({ queue, claim }) => {
        const news: { tell: () => void } = { tell: () => undefined };
        queue.onCancelled((runId) => runId === claim.runId && news.tell());
        for (;;) {
          const told = new Promise<void>((resolve) => (news.tell = resolve));
          const { cancelRequested } = await under.store.shards.beat(claim, systemClock.epochMs(), LEASE);
          if (cancelRequested) return performance.now();
          await Promise.race([told, systemClock.sleep(200)]);
        }
      });
      await systemClock.sleep(500);
      const askedAt = performance.now();
      await under.store.runs.requestCancel('r1', 'user:u', 'enough', systemClock.epochMs());
      await api.cancelled('r1');
      for (const at of await Promise.all(seen)) expect(at - askedAt).toBeLessThan(1_000);
    });
  });
}
