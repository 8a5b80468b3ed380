import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { problemOf } from '#libs/contract/problem.js';
import { CreateRun, type Policies } from '#libs/contract/run.js';
import { Target } from '#libs/contract/target.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { anInterval, anOperation, steady } from '#libs/stats/sample-interval.js';
import { openStore } from '#libs/store/open-store.js';
import type { Claim, Ending, Store } from '#libs/store/port.js';
import { finishRun } from './finish-run.js';
import { sampleSpec } from './stress/sample-spec.js';
import { planStress } from './stress/stress.plan.js';

await loadHistograms();

const NOW = 1_800_000_000_000;
const LEASE_MS = 10_000;
const START_MS = NOW + 500;
const PER_INTERVAL = 100;
type RunLabels = Record<string, string>;
const completing: Ending = { to: 'completed', actor: 'executor:a', reason: 'the plan was carried out' };

let store: Store;
beforeEach(async () => {
  store = await openStore({ url: 'sqlite::memory:' });
});
afterEach(() => store.close());

/** A run of so many shards, all of them started or only claimed; executors a, b … hold them. */
async function running(
  shards: number,
  count: number,
  state: 'started' | 'claimed' = 'started',
  { lostExecutor = 'continue', labels = {} }: { lostExecutor?: Policies['lostExecutor']; labels?: RunLabels } = {},
): Promise<Claim[]> {
  const spec = sampleSpec({ stop: { type: 'operations', count }, rate: { model: 'closed', threads: 10 * shards } });
  const { placement, policies } = CreateRun.parse({
    kind: 'stress',
    spec: { command: 'write n=1' },
    placement: { executors: shards },
  });
  await store.runs.create({
    id: 'r',
    kind: 'stress',
    name: null,
    labels: {},
    target: Target.parse({ contactPoints: ['127.0.0.1'] }),
    endpoints: ['127.0.0.1:9042'],
    spec,
    thresholds: [],
    placement,
    policies: { ...policies, lostExecutor },
    shards: planStress(spec, { executors: shards }),
    rerunOf: null,
    createdAtMs: NOW,
    actor: 'api',
  });
  const names = ['a', 'b', 'c'].slice(0, shards);
  for (const id of names) await store.shards.register({ id, labels, hostname: 'h', pid: 1, cores: 2 }, NOW);
  const claims: Claim[] = [];
  for (const id of names) {
    const claim = await store.shards.claim(id, NOW, LEASE_MS);
    if (claim === null) throw new Error(`expected a shard for ${id}`);
    claims.push(claim);
  }
  if (state === 'claimed') return claims;
  const [leader] = claims;
  if (leader) await store.shards.prepared(leader, NOW);
  for (const claim of claims) await store.shards.ready(claim, NOW, START_MS - NOW);
  for (const claim of claims) await store.shards.started(claim, START_MS);
  return claims;
}

/** A second in which a shard completed 100 WRITEs. */
const second = (interval: number): IntervalSnapshot =>
  anInterval(interval, {
    startMs: START_MS + interval * 1000,
    operations: { WRITE: anOperation(steady(PER_INTERVAL, 10)) },
  });
const seconds = (intervals: readonly number[]) => intervals.map(second);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Stores these intervals of a shard and ends it. */
async function ends(claim: Claim | undefined, intervals: readonly number[]): Promise<void> {
  if (claim === undefined) throw new Error('expected a claim');
  await store.intervals.append(claim, 'abc'.charAt(claim.shardIndex), seconds(intervals));
  await store.shards.ended(claim, intervals.length * PER_INTERVAL, START_MS + intervals.length * 1000);
}
const find = async () => {
  const run = await store.runs.find('r');
  if (run === null) throw new Error('expected the run');
  return run;
};
const codes = async () => (await find()).summary?.validity.reasons.map(({ code }) => code) ?? ['no summary'];
const endMs = (intervals: number) => START_MS + intervals * 1000;

describe('finishRun', () => {
  it('sums up the shards of a run that went well, and completes it', async () => {
    const claims = await running(2, 1000);
    for (const claim of claims) await ends(claim, upTo(5));
    await finishRun(store, 'r', endMs(5), completing);
    const { status, summary, endedAtMs, statusHistory } = await find();
    expect([status, endedAtMs]).toEqual(['completed', endMs(5)]);
    expect(statusHistory.at(-1)).toMatchObject({ to: 'completed', actor: 'executor:a', reason: completing.reason });
    expect(summary?.operations['WRITE']).toMatchObject({ completed: 1000, failed: 0 });
    expect(summary).toMatchObject({ coverage: 1, startedAtMs: START_MS, durationMs: 5000, startSkewMs: 0 });
    expect(await codes()).not.toContain('EXECUTOR_LOST');
    expect(await codes()).not.toContain('INTERVALS_MISSING');
  });

  it('counts what both executors of a part measured in one interval, each in its own region', async () => {
    const [a] = await running(1, 300, 'started', { lostExecutor: 'requeue', labels: { region: 'eu' } });
    if (a) await store.intervals.append(a, 'a', [{ ...second(0), lengthMs: 400, partial: true }]);
    const lostMs = NOW + LEASE_MS + 1;
    expect(await store.watchdog.sweep(lostMs)).toEqual([]);
    await store.shards.register({ id: 'b', labels: { region: 'us' }, hostname: 'h', pid: 1, cores: 2 }, lostMs);
    const b = await store.shards.claim('b', lostMs, LEASE_MS);
    if (b === null) throw new Error('expected the part');
    await store.shards.ready(b, lostMs, 0);
    await store.shards.started(b, lostMs);
    await store.intervals.append(b, 'b', seconds([0, 2]));
    await store.shards.ended(b, 200, endMs(3));
    await finishRun(store, 'r', endMs(3), completing);
    const { status, summary } = await find();
    expect([status, summary?.operations['WRITE']?.completed]).toEqual(['completed', 300]);
    const regions = Object.entries(summary?.regions ?? {});
    expect(
      regions.map(([name, { executors, operations }]) => [
        name,
        executors,
        operations['WRITE']?.completed,
        operations['WRITE']?.serviceTime.count,
      ]),
    ).toEqual([
      ['eu', 1, 100, 100],
      ['us', 1, 200, 200],
    ]);
    // Two rows of one interval make up for no other, and are no more than the interval.
    const missing = summary?.validity.reasons.find(({ code }) => code === 'INTERVALS_MISSING');
    expect(missing?.message).toMatch(/^1 intervals/);
    expect(summary?.coverage).toBeCloseTo(2 / 3, 5);
    expect(await codes()).toContain('EXECUTOR_REPLACED');
  });

  it('says that an executor was lost, and how much of the measurement is missing with it', async () => {
    const [a, b] = await running(2, 1000);
    if (a && b) await store.intervals.append(b, 'b', seconds([0, 1]));
    for (const atMs of [9_000, 12_000]) if (a) await store.shards.beat(a, NOW + atMs, LEASE_MS);
    expect(await store.watchdog.sweep(NOW + LEASE_MS + 1)).toEqual([]);
    await ends(a, upTo(8));
    await finishRun(store, 'r', endMs(8), completing);
    const { summary, status, shards } = await find();
    expect([status, shards.map(({ state }) => state)]).toEqual(['completed', ['ended', 'lost']]);
    expect(summary?.coverage).toBeCloseTo((8 + 2) / 16, 5);
    expect(summary?.validity.level).not.toBe('valid');
    const lost = summary?.validity.reasons.find(({ code }) => code === 'EXECUTOR_LOST');
    expect(lost?.message).toMatch(/1 of 2 executors were lost \(b\)/);
    expect(summary?.operations['WRITE']?.completed).toBe(1000);
  });

  it('says how much of an interrupted run is missing with the executor whose loss has ended it', async () => {
    const [a, b] = await running(2, 10_000, 'started', { lostExecutor: 'fail' });
    if (a) await store.shards.beat(a, START_MS + 9_000, LEASE_MS);
    if (b) await store.intervals.append(b, 'b', seconds([0, 1]));
    if (a) await store.intervals.append(a, 'a', seconds(upTo(12)));
    expect(await store.watchdog.sweep(endMs(12))).toEqual([{ runId: 'r', to: 'interrupted' }]);
    await finishRun(store, 'r', endMs(12));
    const { coverage, validity } = (await find()).summary ?? {};
    expect(coverage).toBeCloseTo(14 / 24, 5);
    expect(validity?.reasons.find(({ code }) => code === 'COVERAGE')).toEqual({
      code: 'COVERAGE',
      level: 'degraded',
      message: '58.33 % of the measurement until the run ended reported.',
    });
    // Why it was interrupted stands in its problem.
    expect(await codes()).not.toContain('EXECUTOR_LOST');
    expect(await codes()).toContain('NOT_CARRIED_OUT');
  });

  it('counts nothing against a shard that reported until the run was ended for it', async () => {
    const [a, b] = await running(2, 10_000);
    await ends(a, upTo(5));
    if (b) await store.intervals.append(b, 'b', seconds(upTo(5)));
    await finishRun(store, 'r', endMs(5), { to: 'failed', actor: 'executor:a', reason: 'an operation failed' });
    expect((await find()).shards.map(({ state }) => state)).toEqual(['ended', 'lost']);
    expect((await find()).summary?.coverage).toBe(1);
    expect(await codes()).not.toContain('COVERAGE');
  });

  it('ends a run as was noted when its load ended, whoever finishes it and whatever that one thinks', async () => {
    const [a, b] = await running(2, 1000);
    const problem = problemOf('LANE_CRASHED', 'load lane 0 crashed');
    const failed: Ending = { to: 'failed', actor: 'executor:a', reason: 'crash', problem };
    if (a) await store.shards.ended(a, 0, endMs(1), { ending: failed });
    await ends(b, upTo(5));
    await finishRun(store, 'r', endMs(5), { ...completing, actor: 'executor:b' });
    const { status, statusHistory, summary } = await find();
    expect(status).toBe('failed');
    expect(statusHistory.at(-1)).toMatchObject({ actor: 'executor:a', reason: 'crash' });
    expect(summary?.operations['WRITE']?.completed).toBe(500);
    expect(await codes()).toContain('NOT_CARRIED_OUT');
  });

  it('says how many intervals were never stored, those at the end of a shard left out', async () => {
    const [a, b] = await running(2, 1000);
    await ends(a, [0, 1, 4]);
    await ends(b, [1, 2, 3, 4]);
    await finishRun(store, 'r', endMs(5), completing);
    const missing = (await find()).summary?.validity.reasons.find(({ code }) => code === 'INTERVALS_MISSING');
    expect(missing).toMatchObject({ level: 'degraded' });
    expect(missing?.message).toMatch(/^3 intervals /);
    expect((await find()).summary?.coverage).toBeLessThan(1);
  });

  it('lets a cancel win over completing, in the name of who asked for it', async () => {
    const [a] = await running(1, 500);
    await store.runs.requestCancel('r', 'user:u', 'enough', NOW + 4000);
    await ends(a, upTo(5));
    await finishRun(store, 'r', endMs(5), completing);
    const { status, statusHistory, summary } = await find();
    expect(status).toBe('cancelled');
    expect(statusHistory.at(-1)).toMatchObject({ to: 'cancelled', actor: 'user:u', reason: 'enough' });
    expect(summary?.operations['WRITE']?.completed).toBe(500);
  });

  it('lets a cancel win that comes while the summary is computed', async () => {
    const [a] = await running(1, 500);
    await ends(a, upTo(5));
    let asked = false;
    const slow: Store = {
      ...store,
      runs: new Proxy(store.runs, {
        get(runs, name: keyof Store['runs']) {
          if (name !== 'saveSummary') return runs[name].bind(runs);
          return async (...all: Parameters<Store['runs']['saveSummary']>) => {
            if (!asked) await runs.requestCancel('r', 'user:late', 'stop', NOW + 5000);
            asked = true;
            return runs.saveSummary(...all);
          };
        },
      }),
    };
    await finishRun(slow, 'r', endMs(5), completing);
    expect((await find()).statusHistory.at(-1)).toMatchObject({ to: 'cancelled', actor: 'user:late' });
  });

  it('does not let a cancel hide that the run failed', async () => {
    const [a] = await running(1, 500);
    await store.runs.requestCancel('r', 'user:u', 'enough', NOW + 4000);
    await ends(a, upTo(2));
    const problem = problemOf('LANE_CRASHED', 'load lane 0 crashed');
    await finishRun(store, 'r', endMs(2), { to: 'failed', actor: 'executor:a', reason: 'crash', problem });
    expect(await find()).toMatchObject({ status: 'failed', problem: { code: 'LANE_CRASHED' } });
  });

  it('gives the same summary and one end however often, and by however many at once, it is called', async () => {
    const claims = await running(2, 1000);
    for (const claim of claims) await ends(claim, upTo(5));
    await Promise.all([1, 2, 3].map(() => finishRun(store, 'r', endMs(5), completing)));
    const first = await find();
    await finishRun(store, 'r', endMs(60), { ...completing, to: 'failed' });
    await finishRun(store, 'r', endMs(60));
    const again = await find();
    expect(again.summary).toEqual(first.summary);
    expect(again.statusHistory).toEqual(first.statusHistory);
    expect(again.statusHistory.filter(({ to }) => to === 'completed')).toHaveLength(1);
  });

  it('sums up what is there when a run fails while a shard still works, which then may write no more', async () => {
    const [a, b] = await running(2, 1000);
    await ends(a, upTo(5));
    await finishRun(store, 'r', endMs(3), { to: 'failed', actor: 'executor:a', reason: 'an operation failed' });
    expect((await find()).summary?.operations['WRITE']?.completed).toBe(500);
    expect(b && (await store.intervals.append(b, 'b', seconds([0])))).toBe(false);
  });

  it('makes no summary of a run that never started, and takes one that is gone as no error', async () => {
    await running(1, 500, 'claimed');
    await finishRun(store, 'r', NOW, { to: 'failed', actor: 'executor:a', reason: 'the target was not there' });
    expect(await find()).toMatchObject({ status: 'failed', summary: null });
    await store.runs.delete('r');
    await expect(finishRun(store, 'r', NOW, completing)).resolves.toBeUndefined();
    await expect(store.runs.find('r')).resolves.toBeNull();
  });
});
