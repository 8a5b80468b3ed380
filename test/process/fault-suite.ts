import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import { type Backend, type Child, steadyWrites, World } from './harness.js';

/** Short, so that a dead executor is missed soon; long enough for a machine that is busy with other tests. */
const LEASE = { TIDEMARK_LEASE_MS: '5000', TIDEMARK_BEAT_MS: '100' };
const RATE = 200;
const LONG_MS = 60_000;
/** Runs in a process under test, and in its threads, before everything else: as if the machine's clock were off. */
const CLOCK_OFF = 'const now = Date.now; Date.now = () => now() + 10_000;';

const writes = (durationMs: number, more: Record<string, unknown> = {}) =>
  steadyWrites(durationMs, { rate: { model: 'open', threads: 8, ratePerSecond: RATE }, ...more });
const completedOf = ({ shards }: Run) => shards.reduce((sum, { completed }) => sum + completed, 0);
const codesOf = ({ validity }: Summary) => validity.reasons.map(({ code }) => code);
const SimEnd = z.object({ stats: z.object({ requests: z.record(z.string(), z.number()) }) });

function isWritable(url: string): boolean {
  const database = new Database(url.slice('sqlite:'.length), { timeout: 500 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** Ends a simulator; answers how many writes it was sent. */
async function writesSeenBy(simulator: Child): Promise<number> {
  await simulator.stop();
  const line = /^\{"stats".*\}$/m.exec(simulator.out)?.[0] ?? '';
  return SimEnd.parse(JSON.parse(line)).stats.requests['EXECUTE'] ?? 0;
}

/**
 * What every mode of the service must survive, with real processes. Cases have executors of their own, told apart by a
 * label, and go on side by side.
 */
export function describeFaults(name: string, openBackend: () => Promise<Backend | undefined>): void {
  describe(name, { timeout: 180_000 }, () => {
    let world: World;
    let contactPoint = '';
    let silent = '';
    beforeAll(async () => {
      world = await World.create(LEASE, await openBackend());
      const script = await world.script([{ kind: 'silence', share: 1, where: { opcodes: ['PREPARE'] } }], 'applied');
      const [good, mute] = await Promise.all([world.simulator(), world.simulator('--script', script), world.api()]);
      contactPoint = good.contactPoint;
      silent = mute.contactPoint;
    });
    afterAll(() => world.stop());

    const crew = (label: string, count: number, settings: Record<string, string> = {}) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          world.executor({ TIDEMARK_EXECUTOR_ID: `${label}-${index}`, TIDEMARK_LABELS: `case=${label}`, ...settings }),
        ),
      );
    const post = (label: string, executors: number, spec: unknown, more: Record<string, unknown> = {}) => {
      const { at = contactPoint, ...rest } = more;
      const target = { contactPoints: [at], shared: true };
      return world.create(contactPoint, spec, { target, placement: { executors, labels: { case: label } }, ...rest });
    };
    const holderOf = (run: Run, executors: readonly Child[], label: string, shard = 0): Child => {
      const index = Number(run.shards[shard]?.executorId?.slice(label.length + 1));
      const holder = executors[index];
      if (holder === undefined)
        throw new Error(`expected an executor of ${label}, found ${run.shards[shard]?.executorId}`);
      return holder;
    };
    /** Stops a process where it holds no lock of a SQLite file: there nobody could go on without it. */
    const freeze = async (child: Child): Promise<void> => {
      for (;;) {
        child.signal('SIGSTOP');
        if (!world.databaseUrl.startsWith('sqlite:') || isWritable(world.databaseUrl)) return;
        child.signal('SIGCONT');
        await sleep(50);
      }
    };
    const running = async (id: string, forMs: number): Promise<Run> => {
      await world.until(id, ({ shards }) => shards.every(({ state }) => state === 'running'));
      await sleep(forMs);
      return world.run(id);
    };
    const summed = async (id: string, isIt: (summary: Summary) => boolean = () => true): Promise<Summary> => {
      for (const untilMs = Date.now() + 30_000; ; await sleep(100)) {
        const summary = await world.summary(id).catch(() => undefined);
        if (summary && isIt(summary)) return summary;
        if (Date.now() > untilMs) throw new Error(`the summary is ${JSON.stringify(summary?.operations['total'])}`);
      }
    };
    const end = (executors: readonly Child[]) => Promise.all(executors.map((child) => child.stop()));

    describe.concurrent('while the API is there', () => {
      it.each(['fail', 'continue'])(
        'kill -9 while preparing, policy %s: interrupted, with a reason',
        async (policy) => {
          const label = `prep-${policy}`;
          const executors = await crew(label, 2);
          const id = await post(label, 2, writes(LONG_MS), { at: silent, policies: { lostExecutor: policy } });
          const run = await world.until(id, ({ shards }) => shards.every(({ state }) => state === 'claimed'));
          holderOf(run, executors, label).signal('SIGKILL');
          const ended = await world.ended(id);
          expect(ended.status).toBe('interrupted');
          expect(ended.problem?.detail).toMatch(/was lost: its lease ran out while the run was preparing/);
          await end(executors);
        },
      );

      it('kill -9 while ready: interrupted, and the load never started', async () => {
        const executors = await crew('ready', 1, { TIDEMARK_START_DELAY_MS: '30000' });
        const id = await post('ready', 1, writes(1_000));
        await world.reaches(id, 'ready');
        executors[0]?.signal('SIGKILL');
        const run = await world.ended(id);
        expect(run.status).toBe('interrupted');
        expect(run.problem?.detail).toMatch(/its lease ran out while the run was ready/);
        expect(completedOf(run)).toBe(0);
      });

      it('kill -9 while running, policy fail: interrupted with what was measured, and the rest is free again', async () => {
        const executors = await crew('fail', 2);
        const id = await post('fail', 2, writes(LONG_MS));
        const run = await running(id, 2_500);
        holderOf(run, executors, 'fail', 1).signal('SIGKILL');
        const ended = await world.ended(id);
        expect(ended.status).toBe('interrupted');
        expect(ended.problem).toMatchObject({ code: 'EXECUTOR_LOST' });
        const { operations } = await summed(id);
        expect(operations['total']?.completed).toBeGreaterThan(RATE);
        const next = await post('fail', 1, writes(500));
        expect((await world.ended(next)).status).toBe('completed');
        await end(executors);
      });

      it('kill -9 while running, policy continue: completed, degraded, says who was lost, and counts nothing twice', async () => {
        const own = await world.simulator();
        const executors = await crew('goon', 2);
        const id = await post('goon', 2, writes(10_000), {
          at: own.contactPoint,
          policies: { lostExecutor: 'continue' },
        });
        const run = await running(id, 2_500);
        holderOf(run, executors, 'goon', 1).signal('SIGKILL');
        const ended = await world.ended(id);
        expect(ended.status).toBe('completed');
        expect(ended.shards.map(({ state }) => state)).toEqual(['ended', 'lost']);
        const summary = await summed(id);
        expect(codesOf(summary)).toContain('EXECUTOR_LOST');
        expect(summary.coverage).toBeGreaterThan(0.5);
        expect(summary.coverage).toBeLessThan(0.95);
        const seen = await writesSeenBy(own.child);
        const told = summary.operations['total']?.completed ?? 0;
        expect(told).toBeLessThanOrEqual(seen);
        // What it had not told yet when it was killed.
        expect(seen - told).toBeLessThan(RATE * 2);
        await end(executors);
      });

      it('kill -9 while finishing: another executor finishes the run with all that was measured', async () => {
        const executors = await crew('finish', 1);
        // Many intervals, so that the last step takes long enough to be hit.
        const id = await post('finish', 1, writes(6_000, { log: { intervalMs: 10 } }));
        await world.reaches(id, 'finishing');
        executors[0]?.signal('SIGKILL');
        const others = await crew('finish-other', 1);
        const run = await world.ended(id, 40_000);
        expect(run.status).toBe('completed');
        expect((await summed(id)).operations['total']?.scheduled).toBe(6 * RATE);
        await end(others);
      });

      it('SIGSTOP for longer than the lease, policy continue: the zombie is fenced, and its late result is added once', async () => {
        const own = await world.simulator();
        const executors = await crew('zombie', 2);
        const policies = { lostExecutor: 'continue' };
        const id = await post('zombie', 2, writes(18_000), { at: own.contactPoint, policies });
        const zombie = holderOf(await running(id, 2_500), executors, 'zombie', 1);
        await freeze(zombie);
        await world.until(id, ({ shards }) => shards[1]?.state === 'lost');
        zombie.signal('SIGCONT');
        const run = await world.ended(id);
        expect(run.status).toBe('completed');
        expect(run.shards.map(({ state }) => state)).toEqual(['ended', 'lost']);
        expect((await world.log(id)).join('\n')).toContain('came back after it was given up');
        await sleep(1_000);
        const told = completedOf(await world.run(id));
        const summary = await summed(id, ({ operations }) => operations['total']?.completed === told);
        expect(codesOf(summary)).toContain('EXECUTOR_LOST');
        await end(executors);
        expect(await writesSeenBy(own.child)).toBe(told);
      });

      it('SIGSTOP for longer than the lease, policy fail: interrupted, and the late result is in the summary', async () => {
        const own = await world.simulator();
        const executors = await crew('frozen', 1);
        const id = await post('frozen', 1, writes(LONG_MS), { at: own.contactPoint });
        await running(id, 2_500);
        if (executors[0]) await freeze(executors[0]);
        expect((await world.ended(id)).status).toBe('interrupted');
        executors[0]?.signal('SIGCONT');
        const run = await world.until(id, (one) => completedOf(one) > 0);
        await summed(id, ({ operations }) => operations['total']?.completed === completedOf(run));
        await end(executors);
        expect(await writesSeenBy(own.child)).toBe(completedOf(run));
      });

      it('an executor that is started mid-run is given no part of it', async () => {
        const executors = await crew('late', 1);
        const id = await post('late', 1, writes(5_000));
        await world.reaches(id, 'running');
        const more = await world.executor({ TIDEMARK_EXECUTOR_ID: 'late-comer', TIDEMARK_LABELS: 'case=late' });
        const run = await world.ended(id);
        expect(run.status).toBe('completed');
        expect(run.shards.map(({ executorId }) => executorId)).toEqual(['late-0']);
        expect((await world.summary(id)).operations['total']?.scheduled).toBe(5 * RATE);
        await end([...executors, more]);
      });

      it('a clock that is off by 10 s: nobody is lost, all start together, and intervals have the same times', async () => {
        const off = {
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(CLOCK_OFF)}`,
          TIDEMARK_EXECUTOR_ID: 'clock-off',
          TIDEMARK_LABELS: 'case=clock',
        };
        const executors = [...(await crew('clock', 1)), await world.executor(off)];
        const id = await post('clock', 2, writes(4_000));
        const run = await world.ended(id);
        expect(run.status).toBe('completed');
        const { startSkewMs, coverage, validity } = await world.summary(id);
        expect(startSkewMs).toBeLessThan(2_000);
        expect(coverage).toBeCloseTo(1, 4);
        expect(validity.reasons.map(({ code }) => code)).not.toContain('EXECUTOR_LOST');
        const starts = await Promise.all(['clock-0', 'clock-off'].map((one) => world.intervals(id, one)));
        expect(starts[1]?.map(({ interval }) => interval)).toEqual(starts[0]?.map(({ interval }) => interval));
        for (const [index, { startMs }] of (starts[0] ?? []).entries())
          expect(Math.abs((starts[1]?.[index]?.startMs ?? 0) - startMs)).toBeLessThan(100);
        const known = (await world.executors()).find(({ id: one }) => one === 'clock-off');
        expect(Math.abs((known?.clockOffsetMs ?? 0) + 10_000)).toBeLessThan(500);
        await end(executors);
      });

      it('a cancel reaches all executors within a second', async () => {
        const executors = await crew('cancel', 3);
        const id = await post('cancel', 3, writes(LONG_MS));
        await running(id, 1_500);
        const askedMs = Date.now();
        await world.cancel(id);
        const run = await world.ended(id);
        expect(run.status).toBe('cancelled');
        const allEndedMs = run.statusHistory.find(({ to }) => to === 'finishing')?.atMs ?? Infinity;
        expect(allEndedMs - askedMs).toBeLessThan(1_000);
        expect((await summed(id)).operations['total']?.completed).toBe(completedOf(run));
        await end(executors);
      });

      it('SIGTERM: the run may end, the executor leaves the list and exits with 0; a second one interrupts', async () => {
        const [first, second] = await crew('term', 2);
        const short = await post('term', 1, writes(3_000));
        const long = await post('term', 1, writes(LONG_MS));
        await running(short, 0);
        const run = await running(long, 1_500);
        const isFirst = run.shards[0]?.executorId === 'term-0';
        const [patient, hurried] = isFirst ? [second, first] : [first, second];
        expect(await patient?.stop()).toBe(0);
        expect((await world.run(short)).status).toBe('completed');
        hurried?.signal('SIGTERM');
        await sleep(300);
        hurried?.signal('SIGTERM');
        expect(await hurried?.exit).toBe(0);
        const interrupted = await world.run(long);
        expect(interrupted.status).toBe('interrupted');
        expect(interrupted.problem?.detail).toMatch(/was shut down before the run had ended/);
        expect((await world.summary(long)).operations['total']?.completed).toBe(completedOf(interrupted));
        expect((await world.executors()).filter(({ id }) => id.startsWith('term-'))).toEqual([]);
      });

      it('SIGTERM twice, policy continue: the others go on, and what it has measured is kept', async () => {
        const executors = await crew('leave', 2);
        const id = await post('leave', 2, writes(8_000), { policies: { lostExecutor: 'continue' } });
        const leaver = holderOf(await running(id, 2_500), executors, 'leave', 1);
        leaver.signal('SIGTERM');
        await sleep(300);
        leaver.signal('SIGTERM');
        expect(await leaver.exit).toBe(0);
        const left = await world.run(id);
        expect(left.shards[1]?.state).toBe('lost');
        expect(left.shards[1]?.completed).toBeGreaterThan(0);
        const run = await world.ended(id);
        expect(run.status).toBe('completed');
        const summary = await summed(id);
        expect(summary.operations['total']?.completed).toBe(completedOf(run));
        expect(codesOf(summary)).toContain('EXECUTOR_LOST');
        await end(executors);
      });

      it('drain: it ends its run and takes no other; SIGTERM before the start hands the part to another', async () => {
        const executors = await crew('drain', 2);
        const id = await post('drain', 1, writes(3_000));
        const run = await running(id, 0);
        const busy = run.shards[0]?.executorId ?? '';
        await world.call(`/v1/executors/${busy}/drain`, { method: 'POST' });
        expect((await world.ended(id)).status).toBe('completed');
        const both = await post('drain', 2, writes(500));
        await world.until(both, ({ waiting }) => waiting?.reason.includes('needs 2 executors') === true);
        await world.call(`/v1/executors/${busy}/resume`, { method: 'POST' });
        expect((await world.ended(both)).status).toBe('completed');

        const stuck = await post('drain', 1, writes(500), { at: silent });
        const held = await world.until(stuck, ({ shards }) => shards[0]?.state === 'claimed');
        const holder = holderOf(held, executors, 'drain');
        expect(await holder.stop()).toBe(0);
        const taken = await world.until(stuck, ({ shards }) => shards[0]?.state === 'claimed');
        expect(taken.shards[0]?.executorId).not.toBe(held.shards[0]?.executorId);
        await world.cancel(stuck);
        await world.ended(stuck);
        await end(executors);
      });

      it('groups by region: each part runs where it should, and every region has its own result', async () => {
        const regions = ['eu', 'eu', 'us'];
        const executors = await Promise.all(
          regions.map((region, index) =>
            world.executor({ TIDEMARK_EXECUTOR_ID: `map-${index}`, TIDEMARK_LABELS: `case=map,region=${region}` }),
          ),
        );
        const groups = [
          { count: 1, labels: { region: 'us' } },
          { count: 2, labels: { region: 'eu' } },
        ];
        const id = await post('map', 3, writes(2_000), { placement: { labels: { case: 'map' }, groups } });
        const run = await world.ended(id);
        expect(run.status).toBe('completed');
        expect(run.shards.map(({ executorLabels }) => executorLabels?.['region'])).toEqual(['us', 'eu', 'eu']);
        const { regions: found, operations } = await world.summary(id);
        expect(Object.entries(found ?? {}).map(([region, { executors: count }]) => [region, count])).toEqual([
          ['eu', 2],
          ['us', 1],
        ]);
        const counts = ['eu', 'us'].map((region) => found?.[region]?.operations['total']?.serviceTime.count ?? 0);
        expect(counts[0]).toBeGreaterThan(counts[1] ?? 0);
        expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(operations['total']?.serviceTime.count);
        await end(executors);
      });
    });

    it('two replicas of the API: a stream of one shows a run that was posted at the other, which is killed', async () => {
      const executors = await crew('replica', 1);
      const other = world.spawn('dist/apps/api/main.js', [], { TIDEMARK_PORT: '0' });
      const [url] = await other.says(/http:\/\/[\d.]+:\d+/);
      const body = {
        kind: 'stress',
        target: { contactPoints: [contactPoint], shared: true },
        spec: writes(4_000),
        placement: { labels: { case: 'replica' } },
      };
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${url}/v1/runs`, { method: 'POST', headers, body: JSON.stringify(body) });
      const { id } = z.object({ id: z.string() }).parse(await answer.json());
      const stream = fetch(`${world.url}/v1/runs/${id}/events`).then((response) => response.text());
      await world.reaches(id, 'running');
      other.signal('SIGKILL');
      const events = await stream;
      const statuses = [...events.matchAll(/"to":"(\w+)"/g)].map(([, to]) => to);
      expect(statuses).toEqual(['queued', 'preparing', 'ready', 'running', 'finishing', 'completed']);
      expect(new Set([...events.matchAll(/"interval":(\d+)/g)].map(([, interval]) => interval)).size).toBeGreaterThan(
        2,
      );
      await end(executors);
    });

    it('kill -9 of the API: what runs goes on, what waits runs after the restart', async () => {
      const executors = await crew('api', 1);
      const first = await post('api', 1, writes(4_000));
      await world.reaches(first, 'running');
      const second = await post('api', 1, writes(500));
      const api = world.children.find(({ out }) => out.includes(world.url));
      api?.signal('SIGKILL');
      await api?.exit;
      await sleep(1_000);
      await world.api();
      for (const id of [first, second]) expect((await world.ended(id)).status).toBe('completed');
      expect((await world.summary(first)).operations['total']?.scheduled).toBe(4 * RATE);
      // With both gone an executor alone ends what hangs, and the API that comes back makes the summary.
      const third = await post('api', 1, writes(LONG_MS));
      await running(third, 2_000);
      const again = world.children.findLast(({ out }) => out.includes(world.url));
      for (const child of [again, ...executors]) child?.signal('SIGKILL');
      await again?.exit;
      const other = await world.executor({ TIDEMARK_EXECUTOR_ID: 'api-other' });
      await sleep(9_000);
      expect(await other.stop()).toBe(0);
      await world.api();
      const run = await world.run(third);
      expect(run.statusHistory.at(-1)).toMatchObject({ to: 'interrupted', actor: 'watchdog' });
      expect((await summed(third)).operations['total']?.completed).toBeGreaterThan(RATE / 2);
    });
  });
}
