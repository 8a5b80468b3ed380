import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { problemOf } from '#libs/contract/problem.js';
import { VirtualClock } from '#libs/load/virtual-clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { anInterval, anOperation, steady } from '#libs/stats/sample-interval.js';
import { openStore } from '#libs/store/open-store.js';
import type { Ending, Store } from '#libs/store/port.js';
import { executor, newRun } from '#libs/store/store.conformance.js';
import { finishAlone, finishForsaken } from './finish-alone.js';

await loadHistograms();

const NOW = 1_800_000_000_000;
const NS_PER_S = 1e9;
const completed: Ending = { to: 'completed', actor: 'executor:a', reason: 'the plan was carried out' };
const detail = 'executor a was shut down before the run had ended';
const interrupted: Ending = {
  to: 'interrupted',
  actor: 'executor:a',
  reason: detail,
  problem: problemOf('EXECUTOR_LOST', detail),
};

let store: Store;
let clock: VirtualClock;
beforeEach(async () => {
  store = await openStore({ url: 'sqlite::memory:' });
  clock = new VirtualClock(NOW);
});
afterEach(() => store.close());

/** A run whose load has ended so. */
async function finishing(ending?: Ending): Promise<void> {
  await store.runs.create(newRun('r'));
  await store.shards.register(executor('a'), NOW);
  const claim = await store.shards.claim('a', NOW, 60_000);
  if (claim === null) throw new Error('expected a claim');
  await store.shards.prepared(claim, NOW);
  await store.shards.ready(claim, NOW, 0);
  await store.shards.started(claim, NOW);
  const operations = { WRITE: anOperation(steady(10, 10)) };
  await store.intervals.append(claim, 'a', [anInterval(0, { startMs: NOW, operations })]);
  await store.shards.ended(claim, 10, NOW, { ending });
}
const find = async () => {
  const run = await store.runs.find('r');
  if (run === null) throw new Error('expected the run');
  return run;
};
/** A store in which a summary takes until it is told that it is made. */
function slowStore(): { slow: Store; summaries: () => number; made: () => void } {
  let summaries = 0;
  let made = (): void => undefined;
  const isMade = new Promise<void>((resolve) => (made = resolve));
  const runs = new Proxy(store.runs, {
    get(all, name: keyof Store['runs']) {
      if (name !== 'saveSummary') return all[name].bind(all);
      return async (...given: Parameters<Store['runs']['saveSummary']>) => {
        summaries++;
        await isMade;
        return all.saveSummary(...given);
      };
    },
  });
  return { slow: { ...store, runs }, summaries: () => summaries, made };
}

it('a run that nobody finished ends as was noted when its load ended, with its summary', async () => {
  await finishing(interrupted);
  await finishForsaken({ store, clock, actor: 'api:h-1' }, 'r');
  const { status, problem, statusHistory, summary } = await find();
  expect([status, problem?.code]).toEqual(['interrupted', 'EXECUTOR_LOST']);
  expect(statusHistory.at(-1)).toMatchObject({ actor: 'executor:a', reason: detail });
  expect(summary?.operations['WRITE']?.completed).toBe(10);
  expect(summary?.validity.reasons.map(({ code }) => code)).toContain('NOT_CARRIED_OUT');
});

it('one of which nothing was noted is completed, and says by whom', async () => {
  await finishing();
  await finishForsaken({ store, clock, actor: 'api:h-1' }, 'r');
  const last = (await find()).statusHistory.at(-1);
  expect(last).toMatchObject({ to: 'completed', actor: 'api:h-1' });
  expect(last?.reason).toContain('in place of a process that is gone');
});

it('a summary that takes long is made once, however many look for it meanwhile', async () => {
  await finishing(completed);
  const { slow, summaries, made } = slowStore();
  const first = finishAlone({ store: slow, clock, actor: 'executor:a' }, 'r', completed);
  await vi.waitFor(() => expect(summaries()).toBe(1));
  for (let seconds = 4; seconds <= 40; seconds += 4) {
    clock.advance(seconds * NS_PER_S);
    // The process that is at it looks as well.
    for (const actor of ['executor:a', 'executor:b', 'api:h-1'])
      await finishForsaken({ store: slow, clock, actor }, 'r');
  }
  expect(summaries()).toBe(1);
  expect((await find()).status).toBe('finishing');
  made();
  await first;
  expect((await find()).status).toBe('completed');
});

it('whoever was at it and is gone is followed by another when its lease has run out', async () => {
  await finishing(completed);
  await store.jobLeases.take('finish:r', 'executor:a', NOW, 15_000);
  const other = { store, clock, actor: 'executor:b' };
  clock.advance(14 * NS_PER_S);
  await finishForsaken(other, 'r');
  expect((await find()).status).toBe('finishing');
  clock.advance(16 * NS_PER_S);
  await finishForsaken(other, 'r');
  expect((await find()).status).toBe('completed');
  expect(await store.jobLeases.take('finish:r', 'anybody', NOW, 1)).toBe(true);
});
