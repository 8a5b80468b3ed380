import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import { Policies } from '#libs/contract/run.js';
import { anInterval, anOperation, steady } from '#libs/stats/sample-interval.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import { openStore } from '#libs/store/open-store.js';
import { LEASE, NOW, executor, newRun } from '#libs/store/store.conformance.js';
import type { Claim, Store } from '#libs/store/port.js';
import { bringLeftSpools } from './left-spools.js';
import { SpoolFile } from './spool-file.js';

await loadHistograms();

const PER_INTERVAL = 10;
const second = (interval: number) =>
  anInterval(interval, {
    startMs: NOW + interval * 1000,
    operations: { WRITE: anOperation(steady(PER_INTERVAL, 5)) },
  });

describe('the spool of a killed executor', () => {
  let folder = '';
  let store: Store;
  let said: string[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-left-'));
    store = await openStore({ url: 'sqlite::memory:' });
    said = [];
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** A run that has started, of executor a. */
  async function begun(policies: Partial<Policies> = {}): Promise<Claim> {
    await store.runs.create(newRun('r1', { policies: Policies.parse(policies) }));
    await store.shards.register(executor('a'), NOW);
    const claim = await store.shards.claim('a', NOW, LEASE);
    if (claim === null) throw new Error('expected a claim');
    await store.shards.prepared(claim, NOW);
    await store.shards.ready(claim, NOW, 0);
    await store.shards.started(claim, NOW);
    return claim;
  }

  /** Leaves a file of a claim with three intervals, as a kill does; answers its path. */
  function killed({ runId, shardIndex, token }: Claim): string {
    const spool = new SpoolFile(join(folder, 'living'), { runId, shardIndex, token, executorId: 'a' });
    for (const interval of [3, 4, 5]) spool.append(second(interval));
    const path = join(folder, `${runId}-${shardIndex}-${token}.intervals`);
    copyFileSync(spool.path, path);
    spool.remove();
    return path;
  }

  const bring = (withinMs = 1_000) =>
    bringLeftSpools({
      spoolDir: folder,
      store,
      clock: systemClock,
      id: 'b',
      withinMs,
      signal: new AbortController().signal,
      say: (level, message) => void said.push(`${level}: ${message}`),
    });
  const stored = async () => (await store.intervals.read('r1')).map(({ interval }) => interval);

  it('is added while its claim still holds, and is removed', async () => {
    killed(await begun());
    await bring();
    expect(await stored()).toEqual([3, 4, 5]);
    expect(readdirSync(folder)).toEqual([]);
    expect((await store.log.read('r1', 0, 10)).map(({ source, message }) => `${source} ${message}`)).toEqual([
      'executor:b executor a was killed and has left 3 intervals on disk: added',
    ]);
    expect(said).toHaveLength(1);
  });

  it('is added once the run was interrupted, and the summary is made again', async () => {
    const claim = await begun();
    await store.intervals.append(claim, 'a', [second(0), second(3)]);
    killed(claim);
    expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'r1', to: 'interrupted' }]);
    await bring();
    expect(await stored()).toEqual([0, 3, 4, 5]);
    expect((await store.runs.find('r1'))?.summary?.operations['WRITE']?.completed).toBe(4 * PER_INTERVAL);
  });

  it('is refused and removed when another has the part', async () => {
    killed(await begun({ lostExecutor: 'requeue' }));
    await store.watchdog.sweep(NOW + LEASE + 1);
    await bring();
    expect(await stored()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(said[0]).toMatch(/not added$/);
  });

  it('is left alone while its writer lives', async () => {
    const { runId, shardIndex, token } = await begun();
    const spool = new SpoolFile(join(folder, 'living.intervals'), { runId, shardIndex, token, executorId: 'a' });
    spool.append(second(0));
    await bring();
    expect(await stored()).toEqual([]);
    expect(spool.take(5)).toHaveLength(1);
    spool.append(second(1));
    expect(spool.take(5)).toEqual([second(1)]);
    spool.remove();
    expect(readdirSync(folder)).toEqual([]);
    expect(said).toEqual([]);
  });

  it.each([
    ['cut off', (path: string) => truncateSync(path, statSync(path).size - 10), 2],
    ['rubbish', (path: string) => appendFileSync(path, Buffer.alloc(64, 0xff)), 3],
    ['a whole record of something else', (path: string) => appendFileSync(path, Buffer.from([1, 0, 0, 0, 7])), 3],
  ])('with an end that is %s is read up to there', async (_, change, whole) => {
    change(killed(await begun()));
    await bring();
    expect(await stored()).toEqual([3, 4, 5].slice(0, whole));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('that does not say of which run it is, or of one that is deleted, is removed; an empty one in silence', async () => {
    writeFileSync(join(folder, 'a-0-1.intervals'), '');
    await bring();
    expect(said).toEqual([]);
    writeFileSync(join(folder, 'a-0-1.intervals'), 'what is this and where does it come from');
    writeFileSync(join(folder, 'a-0-2.intervals'), Buffer.from([2, 0, 0, 0, 0x7b, 0x7d]));
    killed({ runId: 'gone', shardIndex: 0, token: 1, leads: false });
    await bring();
    expect(readdirSync(folder)).toEqual([]);
    expect(said).toHaveLength(2);
  });

  it('stays for the next start while the database is away', async () => {
    killed(await begun());
    const away = vi.spyOn(store.runs, 'find').mockRejectedValue(new Error('connection refused'));
    await bring(0);
    away.mockRestore();
    expect(readdirSync(folder)).toEqual(['r1-0-1.intervals']);
    expect(said[0]).toMatch(/stays in .* for the next start \(connection refused\)/);
    await bring();
    expect(await stored()).toEqual([3, 4, 5]);
  });
});
