import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { CodedError, problemOf } from '#libs/contract/problem.js';
import { Placement } from '#libs/contract/placement.js';
import { Policies } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import { Target } from '#libs/contract/target.js';
import { datasetSources } from '#libs/dataset/listed-source.js';
import { makeDrivers } from '#libs/workloads/drivers.js';
import { withoutScaler } from '#libs/workloads/soak/scaling.js';
import { systemClock } from '#libs/load/clock.js';
import { sqlQueue } from '#libs/queue/sql-queue.js';
import { Histogram } from '#libs/stats/histogram.js';
import { openStore } from '#libs/store/open-store.js';
import type { Store, StoredRun } from '#libs/store/port.js';
import type { Driver, DriverEvents, ShardResult, SpecByKind } from '#libs/workloads/driver.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { ZookeeperReport } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { type ExecutorConfig, parseExecutorConfig } from './config.js';
import { Supervisor } from './supervisor.js';

const PER_INTERVAL = 2_000;

const oneSecond = (() => {
  const histogram = Histogram.empty();
  for (let index = 0; index < PER_INTERVAL; index++) histogram.record(1e5);
  const bytes = histogram.encode();
  histogram.destroy();
  return bytes;
})();

const snapshot = (interval: number, startAtMs: number): IntervalSnapshot => ({
  interval,
  startMs: startAtMs + interval * 1000,
  lengthMs: 1000,
  partial: false,
  operations: {
    WRITE: {
      scheduled: PER_INTERVAL,
      completed: PER_INTERVAL,
      failed: 0,
      dropped: 0,
      retries: 0,
      partitions: PER_INTERVAL,
      rows: PER_INTERVAL,
      errors: {},
      st: oneSecond,
    },
  },
  self: {
    cpuUs: 1000,
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

const aReport = ZookeeperReport.parse({
  kind: 'zookeeper',
  root: '/r',
  sessions: 1,
  connectionLosses: 0,
  sessionsExpired: 0,
  sessionsMoved: 0,
  watchesRearmed: 0,
  recovery: { count: 0, meanMs: 0, maxMs: 0 },
  outages: [],
  leaderChanges: 0,
  samples: 0,
  failedSamples: 0,
  bench: {},
});

/** Load without a target: one interval a second until the plan is done or the signal aborts. */
class FakeLoad {
  prepared = 0;
  opened = 0;
  closed = 0;
  /** What happens instead. */
  prepare: () => Promise<void> = () => Promise.resolve();
  open: () => Promise<void> = () => Promise.resolve();
  fails: { afterIntervals: number; failure: NonNullable<ShardResult['failure']> } | undefined;
  mismatches = 0;
  report: ShardResult['report'];

  readonly driver: Driver<SpecByKind['stress']> = {
    prepare: async () => {
      this.prepared++;
      await this.prepare();
      return { clusterName: 'fake', simulated: true, nodes: [] };
    },
    open: async (spec, _target, shard, events) => {
      await this.open();
      this.opened++;
      const intervals = spec.stop.type === 'duration' ? spec.stop.durationMs / 1000 : 1;
      return {
        run: (startAtMs, signal) => this.run(intervals, events, startAtMs, signal, shard.index),
        close: () => Promise.resolve(void this.closed++),
      };
    },
  };

  private async run(
    intervals: number,
    events: DriverEvents,
    startAtMs: number,
    signal: AbortSignal,
    index: number,
  ): Promise<ShardResult> {
    await systemClock.sleep(startAtMs - systemClock.epochMs(), signal);
    events.started(systemClock.epochMs());
    let done = 0;
    const fails = index === 0 ? this.fails : undefined;
    while (done < Math.min(intervals, fails?.afterIntervals ?? Infinity)) {
      await systemClock.sleep(1000, signal);
      if (signal.aborted) break;
      events.interval(snapshot(done++, startAtMs));
    }
    if (this.mismatches > 0) events.mismatch({ key: '00', column: 'C0', expected: '01', found: null });
    const failure = fails && done >= fails.afterIntervals ? fails.failure : undefined;
    const stopped = signal.aborted || failure !== undefined;
    return { completed: done * PER_INTERVAL, mismatches: this.mismatches, stopped, failure, report: this.report };
  }
}

describe('executors', () => {
  let store: Store;
  let folder = '';
  let load: FakeLoad;
  let supervisors: Supervisor[] = [];
  let working: Promise<void>[] = [];
  let created = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-executor-'));
    store = await openStore({ url: 'sqlite::memory:' });
    load = new FakeLoad();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(async () => {
    for (const supervisor of supervisors) supervisor.halt();
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(working);
    supervisors = [];
    working = [];
    vi.useRealTimers();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** The store as one finds it that is killed while it makes a summary. */
  const dying = (): Store => ({
    ...store,
    runs: new Proxy(store.runs, {
      get: (runs, name: keyof Store['runs']) =>
        name === 'saveSummary' ? () => new Promise(() => undefined) : runs[name].bind(runs),
    }),
    watchdog: { sweep: () => Promise.resolve([]) },
    jobLeases: { take: () => Promise.resolve(true), release: () => Promise.resolve() },
  });

  async function startExecutor(
    id: string,
    change: Partial<ExecutorConfig> = {},
    its: Store = store,
  ): Promise<Supervisor> {
    const config = { ...parseExecutorConfig({}, id), spoolDir: join(folder, 'spool'), ...change };
    const output = () => undefined;
    const queue = sqlQueue(systemClock);
    const drivers = {
      ...makeDrivers({
        attachScaler: withoutScaler,
        dataRoot: folder,
        sourceOf: datasetSources(folder, store.datasets, undefined),
        requireFolder: (name, runId) => store.datasets.requireFolder(name, runId),
        keepGenerated: (made, runId) => store.datasets.keepGenerated(made, runId),
      }),
      stress: load.driver,
    };
    const supervisor = new Supervisor({
      config,
      store: its,
      drivers,
      clock: systemClock,
      offsetMs: () => 0,
      output,
      queue,
    });
    await supervisor.register();
    supervisors.push(supervisor);
    working.push(supervisor.run());
    return supervisor;
  }

  async function createRun(seconds: number, executors = 1, policies: Partial<Policies> = {}): Promise<string> {
    const id = `run-${Math.random()}`;
    await store.runs.create({
      id,
      kind: 'stress',
      name: null,
      labels: {},
      target: Target.parse({ contactPoints: ['127.0.0.1'], username: 'u', password: 'p' }),
      endpoints: ['127.0.0.1:9042'],
      spec: {
        ...StressPlanSpec.parse({
          operation: 'write',
          stop: { type: 'duration', durationMs: seconds * 1000 },
          rate: { model: 'closed', threads: executors },
        }),
        command: 'write',
      },
      thresholds: [],
      placement: Placement.parse({ executors }),
      policies: Policies.parse(policies),
      shards: Array.from({ length: executors }, (_, index) => ({
        index,
        lanes: [{ first: index, stride: executors, threads: 1 }],
      })),
      rerunOf: null,
      // The clock stands still between two of them.
      createdAtMs: systemClock.epochMs() + created++,
      actor: 'user:ann',
    });
    return id;
  }

  /** Lets time pass in small steps until the run is as wanted; the answer has the run. */
  async function until(id: string, wanted: (run: StoredRun) => boolean, withinMs = 60_000): Promise<StoredRun> {
    for (let passedMs = 0; passedMs <= withinMs; passedMs += 50) {
      const run = await store.runs.find(id);
      if (run && wanted(run)) return run;
      await vi.advanceTimersByTimeAsync(50);
    }
    throw new Error(`the run is ${JSON.stringify((await store.runs.find(id))?.statusHistory)}`);
  }
  const ended = (id: string) => until(id, (run) => isEnded(run.status));
  const pass = async (ms: number) => {
    for (let passedMs = 0; passedMs < ms; passedMs += 50) await vi.advanceTimersByTimeAsync(50);
  };
  const intervalsOf = async (id: string) =>
    (await store.intervals.read(id)).map(({ shardIndex, interval }) => `${shardIndex}/${interval}`);

  it('share a run: prepared once, started together, finished by the last', async () => {
    await startExecutor('a');
    await startExecutor('b');
    const id = await createRun(3, 2);
    const run = await ended(id);
    expect(run.statusHistory.map(({ to }) => to)).toEqual([
      'queued',
      'preparing',
      'ready',
      'running',
      'finishing',
      'completed',
    ]);
    expect([load.prepared, load.opened]).toEqual([1, 2]);
    const shards = run.shards.map(({ executorId, state, completed }) => `${executorId} ${state} ${completed}`);
    expect(new Set(shards)).toEqual(new Set([`a ended ${3 * PER_INTERVAL}`, `b ended ${3 * PER_INTERVAL}`]));
    expect(new Set(run.shards.map(({ startedAtMs }) => startedAtMs))).toEqual(new Set([run.startAtMs]));
    expect(await intervalsOf(id)).toEqual(['0/0', '1/0', '0/1', '1/1', '0/2', '1/2']);
    expect(run.summary?.operations['total']?.completed).toBe(6 * PER_INTERVAL);
    expect(run.summary?.validity).toEqual({ level: 'valid', reasons: [] });
    expect(run.simulated).toBe(true);
    await pass(100);
    expect(load.closed).toBe(2);
  });

  it('one that fails when its part is lost already, and has not heard of it, fails nothing', async () => {
    load.fails = { afterIntervals: 2, failure: { code: 'OPERATIONS_FAILED', message: 'another loads it: wait' } };
    await startExecutor('a');
    const id = await createRun(10, 1, { lostExecutor: 'requeue' });
    await until(id, ({ shards }) => shards[0]?.state === 'running');
    load.fails = undefined;
    // Its next beat gets no answer any more, and nothing that it writes tells it.
    vi.spyOn(store.shards, 'beat').mockImplementationOnce(() => new Promise(() => undefined));
    vi.spyOn(store.intervals, 'append').mockResolvedValueOnce(true).mockResolvedValueOnce(true);
    await pass(300);
    await store.watchdog.sweep(systemClock.epochMs() + 60_000);
    const run = await ended(id);
    expect(run.status, run.problem?.detail).toBe('completed');
    expect(run.shards[0]?.lostExecutors).toEqual(['a']);
  });

  it('of two with one id the later works, and the other when it is gone', async () => {
    const first = await startExecutor('pod');
    await pass(1_100);
    const second = await startExecutor('pod');
    await pass(1_100);
    const run = await ended(await createRun(1));
    expect(run.status).toBe('completed');
    expect([first, second].map(({ isReplaced }) => isReplaced)).toEqual([true, false]);
    second.close();
    await pass(2_000);
    expect(first.isReplaced).toBe(false);
    expect((await ended(await createRun(1))).status).toBe('completed');
  });

  it('take the next run when one has ended, oldest first', async () => {
    await startExecutor('a');
    const ids = [await createRun(1), await createRun(1)];
    await vi.advanceTimersByTimeAsync(1);
    const runs = [await ended(ids[0] ?? ''), await ended(ids[1] ?? '')];
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(runs[1]?.startAtMs).toBeGreaterThan(runs[0]?.endedAtMs ?? Infinity);
  });

  it.each([
    ['prepare', new CodedError('TARGET_UNREACHABLE', 'no such host: check it'), 'no such host: check it'],
    ['open', new CodedError('SCHEMA_FAILED', 'two\n  lines'), 'two lines'],
    ['open', new TypeError('x is undefined'), 'the executor failed unexpectedly (x is undefined)'],
  ] as const)('a failure to %s fails the run with one sentence', async (step, error, sentence) => {
    load[step] = () => Promise.reject(error);
    await startExecutor('a');
    const run = await ended(await createRun(1));
    expect(run.status).toBe('failed');
    expect(run.problem?.code).toBe(error instanceof CodedError ? error.code : 'INTERNAL');
    expect(run.problem?.detail).toContain(sentence);
    expect(run.statusHistory.at(-1)).toMatchObject({ actor: 'executor:a', reason: run.problem?.detail });
    expect(run.summary).toBeNull();
  });

  it('one shard’s failure fails the run, keeps its intervals and stops the others at their next beat', async () => {
    const failure = { code: 'OPERATIONS_FAILED', message: 'an operation failed: look at the target' } as const;
    load.fails = { afterIntervals: 2, failure };
    await startExecutor('a');
    await startExecutor('b');
    const id = await createRun(60, 2);
    const run = await ended(id);
    expect(run.problem).toMatchObject({ code: failure.code, detail: failure.message });
    expect((await intervalsOf(id)).filter((each) => each.startsWith('0/'))).toEqual(['0/0', '0/1']);
    await pass(500);
    expect(load.closed).toBe(2);
    const after = await intervalsOf(id);
    await pass(5_000);
    expect(await intervalsOf(id)).toEqual(after);
    const { summary } = (await store.runs.find(id)) ?? {};
    expect(summary?.operations['total']?.completed).toBe(after.length * PER_INTERVAL);
    expect(summary?.validity.reasons.map(({ code }) => code)).toContain('NOT_CARRIED_OUT');
  });

  it('a cancel stops all shards within a second, keeps what was measured, and names who asked', async () => {
    await startExecutor('a');
    await startExecutor('b');
    const id = await createRun(60, 2);
    await until(id, (run) => run.status === 'running');
    await pass(2_500);
    const askedMs = systemClock.epochMs();
    await store.runs.requestCancel(id, 'user:bob', 'too slow', askedMs);
    const run = await ended(id);
    expect(run.status).toBe('cancelled');
    expect(run.statusHistory.at(-1)).toMatchObject({ actor: 'user:bob', reason: 'too slow' });
    expect((run.endedAtMs ?? Infinity) - askedMs).toBeLessThan(1_000);
    expect(run.summary?.operations['total']?.completed).toBe(4 * PER_INTERVAL);
  });

  it('a cancel while another prepares ends the run although preparing hangs', async () => {
    load.prepare = () => new Promise(() => undefined);
    await startExecutor('a');
    await startExecutor('b');
    const id = await createRun(60, 2);
    await until(id, (run) => run.shards.every((shard) => shard.state === 'claimed'));
    await store.runs.requestCancel(id, 'user:bob', 'no', systemClock.epochMs());
    expect((await ended(id)).status).toBe('cancelled');
    expect(load.opened).toBe(0);
  });

  it('load that was opened too late, after a cancel, is closed', async () => {
    load.open = () => systemClock.sleep(3_000);
    await startExecutor('a');
    const id = await createRun(60);
    await until(id, (run) => run.shards[0]?.state === 'claimed');
    await pass(500);
    await store.runs.requestCancel(id, 'user:bob', 'no', systemClock.epochMs());
    await ended(id);
    await pass(5_000);
    expect([load.opened, load.closed]).toEqual([1, 1]);
  });

  it('whoever has lost its shard stops at once and writes nothing more', async () => {
    await startExecutor('a');
    const id = await createRun(60);
    await until(id, (run) => run.status === 'running');
    await pass(2_500);
    await store.runs.transition(id, { to: 'interrupted', actor: 'test', reason: 'gone', atMs: systemClock.epochMs() });
    await pass(10_000);
    expect(await intervalsOf(id)).toEqual(['0/0', '0/1']);
    expect(load.closed).toBe(1);
  });

  it('the database is away for less than the lease: nothing is lost, the spool is removed', async () => {
    await startExecutor('a');
    const id = await createRun(20);
    await until(id, (run) => run.status === 'running');
    await pass(1_500);
    const away = () => Promise.reject(new Error('connection refused'));
    const spies = [vi.spyOn(store.intervals, 'append'), vi.spyOn(store.shards, 'beat'), vi.spyOn(store.log, 'add')];
    for (const spy of spies) spy.mockImplementation(away);
    await pass(8_000);
    for (const spy of spies) spy.mockRestore();
    const run = await ended(id);
    expect(run.status).toBe('completed');
    expect(await intervalsOf(id)).toEqual(Array.from({ length: 20 }, (_, interval) => `0/${interval}`));
    expect(run.summary?.validity.level).toBe('valid');
    await pass(3_000);
    expect((await store.log.read(id, 0, 100)).map(({ message }) => message)).toContain(
      'the database does not take intervals (connection refused); load goes on and they wait here',
    );
  });

  it('the database is away for longer than the lease: load stops by the executor’s own clock, what was measured is kept', async () => {
    await startExecutor('a', { leaseMs: 4_000 });
    const id = await createRun(60);
    await until(id, (run) => run.status === 'running');
    await pass(2_500);
    const away = () => Promise.reject(new Error('connection refused'));
    const spies = [vi.spyOn(store.intervals, 'append'), vi.spyOn(store.shards, 'beat'), vi.spyOn(store.runs, 'find')];
    const sweep = vi.spyOn(store.watchdog, 'sweep').mockImplementation(away);
    for (const spy of spies) spy.mockImplementation(away);
    await pass(8_000);
    expect(load.closed).toBe(1);
    for (const spy of spies) spy.mockRestore();
    const run = await ended(id);
    sweep.mockRestore();
    expect(run.status).toBe('interrupted');
    expect(run.problem?.detail).toContain('could not reach the database for its lease of 4000 ms');
    const stored = await intervalsOf(id);
    expect(stored.length).toBeGreaterThanOrEqual(5);
    expect(stored.length).toBeLessThanOrEqual(7);
    expect(run.summary?.operations['total']?.completed).toBe(stored.length * PER_INTERVAL);
  });

  it('a halt interrupts the run with what was measured and leaves the list of executors', async () => {
    const supervisor = await startExecutor('a');
    const id = await createRun(60);
    await until(id, (run) => run.status === 'running');
    await pass(3_500);
    supervisor.halt();
    const run = await ended(id);
    expect(run.status).toBe('interrupted');
    expect(run.problem).toMatchObject({ code: 'EXECUTOR_LOST' });
    expect(run.summary?.operations['total']?.completed).toBe(3 * PER_INTERVAL);
    await pass(1_000);
    await working[0];
    expect(await store.shards.executors(systemClock.epochMs())).toEqual([]);
  });

  it('a close lets the run end and takes no other', async () => {
    const supervisor = await startExecutor('a');
    const ids = [await createRun(3), await createRun(1)];
    await until(ids[0] ?? '', (run) => run.status === 'running');
    supervisor.close();
    expect((await ended(ids[0] ?? '')).status).toBe('completed');
    await pass(3_000);
    expect((await store.runs.find(ids[1] ?? ''))?.status).toBe('queued');
  });

  it('a dead executor’s run is ended by another that is idle, with its summary', async () => {
    const dead = { id: 'dead', labels: {}, hostname: 'h', pid: 1, cores: 1 };
    await store.shards.register(dead, systemClock.epochMs());
    const id = await createRun(60);
    const claim = await store.shards.claim('dead', systemClock.epochMs(), 3_000);
    if (!claim) throw new Error('expected a claim');
    await store.shards.prepared(claim, systemClock.epochMs());
    await store.shards.ready(claim, systemClock.epochMs(), 0);
    await store.shards.started(claim, systemClock.epochMs());
    await store.intervals.append(claim, 'dead', [snapshot(0, systemClock.epochMs())]);
    await startExecutor('a');
    const run = await until(id, ({ summary }) => summary !== null, 10_000);
    expect(run.status).toBe('interrupted');
    expect(run.summary?.operations['total']?.completed).toBe(PER_INTERVAL);
  });

  const failed = { code: 'LANE_CRASHED', message: 'load lane 0 crashed' } as const;
  const halted = { code: 'EXECUTOR_LOST', message: 'executor dead was shut down' } as const;
  it.each([
    ['completed', undefined],
    ['cancelled', undefined],
    ['failed', failed],
    ['interrupted', halted],
  ] as const)('a run whose last executor died while finishing is %s by another', async (status, failure) => {
    const dead = { id: 'dead', labels: {}, hostname: 'h', pid: 1, cores: 1 };
    await store.shards.register(dead, systemClock.epochMs());
    const id = await createRun(60);
    const claim = await store.shards.claim('dead', systemClock.epochMs(), 3_000);
    if (!claim) throw new Error('expected a claim');
    await store.shards.prepared(claim, systemClock.epochMs());
    await store.shards.ready(claim, systemClock.epochMs(), 0);
    await store.shards.started(claim, systemClock.epochMs());
    await store.intervals.append(claim, 'dead', [snapshot(0, systemClock.epochMs())]);
    const reason = failure?.message ?? 'the plan was carried out';
    const problem = failure && problemOf(failure.code, failure.message);
    const to = status === 'cancelled' ? 'completed' : status;
    const ending = { to, actor: 'executor:dead', reason, problem };
    expect(await store.shards.ended(claim, PER_INTERVAL, systemClock.epochMs(), { ending })).toBe(true);
    if (status === 'cancelled') await store.runs.requestCancel(id, 'user:bob', 'no', systemClock.epochMs());
    await startExecutor('a');
    const run = await until(id, ({ summary, status: now }) => summary !== null && isEnded(now), 30_000);
    expect(run.status).toBe(status);
    expect(run.problem?.detail).toBe(failure?.message);
    expect(run.summary?.operations['total']?.completed).toBe(PER_INTERVAL);
  });

  it.each([
    ['failed', 'fail'],
    ['interrupted', 'halt'],
  ] as const)('a run that is %s is so although its executor dies before it can say it', async (status, how) => {
    if (how === 'fail') load.fails = { afterIntervals: 3, failure: failed };
    const supervisor = await startExecutor('a', {}, dying());
    const id = await createRun(60);
    await until(id, (run) => run.status === 'running');
    await pass(2_500);
    if (how === 'halt') supervisor.halt();
    await until(id, (run) => run.status === 'finishing');
    supervisors = [];
    working = [];
    await startExecutor('b');
    const run = await ended(id);
    expect(run.status).toBe(status);
    expect(run.problem?.code).toBe(how === 'fail' ? failed.code : halted.code);
    expect(run.summary?.operations['total']?.completed).toBeGreaterThan(PER_INTERVAL);
  });

  it('a halt of a run that goes on without it gives the shard up at once, with what it had completed', async () => {
    const [halting] = [await startExecutor('a'), await startExecutor('b')];
    const id = await createRun(10, 2, { lostExecutor: 'continue' });
    await until(id, ({ shards }) => shards.every(({ state }) => state === 'running'));
    await pass(3_500);
    load.report = aReport;
    halting.halt();
    const lost = await until(id, ({ shards }) => shards.some(({ state }) => state === 'lost'), 1_000);
    const shard = lost.shards.find(({ executorId }) => executorId === 'a');
    expect(shard).toMatchObject({ state: 'lost', completed: 3 * PER_INTERVAL, report: aReport });
    expect(lost.status).toBe('running');
    const run = await ended(id);
    expect(run.status).toBe('completed');
    expect(run.summary?.operations['total']?.completed).toBe(13 * PER_INTERVAL);
    expect(run.summary?.coverage).toBeCloseTo(13 / 20, 5);
    expect(run.summary?.validity.reasons.map(({ code }) => code)).toContain('EXECUTOR_LOST');
  });

  it('a halt of the last one at work ends a run that goes on without it', async () => {
    const [first, second] = [await startExecutor('a'), await startExecutor('b')];
    const id = await createRun(60, 2, { lostExecutor: 'continue' });
    await until(id, ({ shards }) => shards.every(({ state }) => state === 'running'));
    await pass(2_500);
    first.halt();
    await pass(1_000);
    second.halt();
    const run = await until(id, ({ summary, status }) => summary !== null && isEnded(status), 2_000);
    expect(run.status).toBe('interrupted');
    expect(run.problem).toMatchObject({ code: 'EXECUTOR_LOST' });
    expect(run.problem?.detail).toMatch(/^executor b was shut down/);
    const byExecutor = new Map(run.shards.map(({ executorId, completed }) => [executorId, completed]));
    expect(byExecutor).toEqual(
      new Map([
        ['a', 2 * PER_INTERVAL],
        ['b', 3 * PER_INTERVAL],
      ]),
    );
    expect(run.summary?.operations['total']?.completed).toBe(5 * PER_INTERVAL);
  });

  it('a cancel takes effect although an executor is lost, and the summary has what was measured', async () => {
    const dead = { id: 'dead', labels: {}, hostname: 'h', pid: 1, cores: 1 };
    await store.shards.register(dead, systemClock.epochMs());
    await startExecutor('a');
    const id = await createRun(60, 2);
    const claim = await store.shards.claim('dead', systemClock.epochMs(), 60_000);
    if (!claim) throw new Error('expected a claim');
    await store.shards.prepared(claim, systemClock.epochMs());
    await store.shards.ready(claim, systemClock.epochMs(), 500);
    await until(id, ({ status }) => status === 'running');
    await store.shards.started(claim, systemClock.epochMs());
    await store.intervals.append(claim, 'dead', [snapshot(0, systemClock.epochMs())]);
    await pass(3_500);
    await store.runs.requestCancel(id, 'user:bob', 'no', systemClock.epochMs());
    const run = await until(id, ({ summary, status }) => summary !== null && isEnded(status), 10_000);
    expect(run.status).toBe('cancelled');
    expect(run.statusHistory.at(-1)).toMatchObject({ actor: 'user:bob' });
    expect(run.shards.map(({ executorId, state }) => `${executorId} ${state}`).toSorted()).toEqual([
      'a ended',
      'dead lost',
    ]);
    expect(run.summary?.operations['total']?.completed).toBe(4 * PER_INTERVAL);
    expect(run.summary?.coverage).toBeLessThan(0.7);
  });

  it('mismatches are kept and counted in all', async () => {
    load.mismatches = 250;
    await startExecutor('a');
    const run = await ended(await createRun(1));
    expect(run.summary?.mismatchCount).toBe(250);
    expect(run.summary?.mismatches).toEqual([{ key: '00', column: 'C0', expected: '01', found: null }]);
  });

  it('nothing is left in the spool folder', async () => {
    await startExecutor('a');
    await ended(await createRun(2));
    await pass(1_000);
    expect(readdirSync(folder)).toEqual([]);
  });
});
