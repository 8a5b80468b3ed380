import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { systemClock } from '#libs/load/clock.js';
import { IntervalFlusher } from './interval-flusher.js';
import { SpoolFile } from './spool-file.js';

const snapshot = (interval: number): IntervalSnapshot => ({
  interval,
  startMs: interval * 1000,
  lengthMs: 1000,
  partial: false,
  operations: {
    WRITE: {
      scheduled: 1,
      completed: 1,
      failed: 0,
      dropped: 0,
      retries: 0,
      partitions: 1,
      rows: 1,
      errors: {},
      st: Uint8Array.of(interval % 256, 1, 2, 3),
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
const owner = { runId: 'r', shardIndex: 0, token: 1, executorId: 'a' };
/** The shard is another's: no late result is taken. */
const refused = (_snapshots: readonly IntervalSnapshot[]) => Promise.resolve(false);
const upTo = (count: number) => Array.from({ length: count }, (_, interval) => interval);

describe('the interval flusher', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-spool-'));
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  function build(
    append: (snapshots: readonly IntervalSnapshot[]) => Promise<boolean>,
    { appendLate = refused, path = join(folder, 'spool'), memoryIntervals = 5, disklessIntervals = 20 } = {},
  ) {
    const lines: string[] = [];
    const flusher = new IntervalFlusher({
      append,
      appendLate,
      clock: systemClock,
      spool: new SpoolFile(path, owner),
      log: (level, message) => lines.push(`${level}: ${message}`),
      memoryIntervals,
      disklessIntervals,
    });
    return { flusher, lines, path };
  }

  /** One interval a second, as a run makes them. */
  async function feed(flusher: IntervalFlusher, intervals: readonly number[]): Promise<void> {
    for (const interval of intervals) {
      flusher.add(snapshot(interval));
      await vi.advanceTimersByTimeAsync(1000);
    }
  }

  it('loses nothing while an append stalls for 10 s: every interval arrives once, in order, whole', async () => {
    const arrived: IntervalSnapshot[] = [];
    let calls = 0;
    const { flusher, path } = build(async (snapshots) => {
      if (++calls === 3) await systemClock.sleep(10_000);
      arrived.push(...snapshots);
      return true;
    });
    await feed(flusher, upTo(10));
    expect(arrived.map((one) => one.interval)).toEqual([0, 1]);
    expect(existsSync(path)).toBe(true);
    await feed(flusher, [10, 11, 12, 13]);
    expect(await flusher.drain(1000)).toBe(0);
    flusher.close();
    expect(arrived).toEqual(upTo(14).map(snapshot));
    expect(existsSync(path)).toBe(false);
  });

  it('tries an append that fails 100 times until it succeeds, and says so once', async () => {
    const arrived: number[] = [];
    let failures = 0;
    const { flusher, lines } = build((snapshots) => {
      if (failures < 100) return Promise.reject(new Error(`no database ${++failures}`));
      arrived.push(...snapshots.map((one) => one.interval));
      return Promise.resolve(true);
    });
    await feed(flusher, upTo(200));
    const drained = flusher.drain(600_000);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await drained).toBe(0);
    expect(failures).toBe(100);
    expect(arrived).toEqual(upTo(200));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^warn: the database does not take intervals \(no database 1\)/);
    expect(lines[1]).toMatch(/^info: the database takes intervals again after \d+\.\d s/);
  });

  it('keeps a stated number in memory where the disk cannot be written, and counts what is lost beyond', async () => {
    writeFileSync(join(folder, 'file'), '');
    let away = true;
    const arrived: number[] = [];
    const { flusher, lines } = build(
      (snapshots) => {
        if (away) return Promise.reject(new Error('away'));
        arrived.push(...snapshots.map((one) => one.interval));
        return Promise.resolve(true);
      },
      { path: join(folder, 'file', 'spool') },
    );
    await feed(flusher, upTo(25));
    expect(flusher.lost).toBe(5);
    away = false;
    const drained = flusher.drain(10_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await drained).toBe(0);
    expect(arrived).toEqual(upTo(20));
    expect(lines.filter((line) => line.includes('cannot be written'))).toEqual([
      expect.stringMatching(
        /^warn: the spool file .* at most 20 intervals are kept in memory; make TIDEMARK_SPOOL_DIR/,
      ),
    ]);
    expect(lines.filter((line) => line.startsWith('error: intervals are lost'))).toHaveLength(1);
  });

  it('keeps the order when the disk fails after it had taken some', async () => {
    const arrived: number[] = [];
    let away = true;
    const spool = new SpoolFile(join(folder, 'spool'), owner);
    const flusher = new IntervalFlusher({
      append: (snapshots) => {
        if (away) return Promise.reject(new Error('away'));
        arrived.push(...snapshots.map((one) => one.interval));
        return Promise.resolve(true);
      },
      appendLate: refused,
      clock: systemClock,
      spool,
      log: () => undefined,
      memoryIntervals: 3,
      disklessIntervals: 100,
    });
    await feed(flusher, upTo(6));
    expect(spool.pending).toBe(3);
    vi.spyOn(spool, 'append').mockImplementation(() => {
      throw new Error('ENOSPC');
    });
    await feed(flusher, [6, 7, 8]);
    away = false;
    await feed(flusher, [9, 10, 11, 12]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(arrived).toEqual(upTo(13));
  });

  it('writes nothing more once the store has refused an interval', async () => {
    let appends = 0;
    const { flusher } = build(() => Promise.resolve(++appends < 2));
    await feed(flusher, upTo(6));
    expect(flusher.isFenced).toBe(true);
    expect(appends).toBe(2);
    expect(flusher.waiting).toBe(0);
  });

  it('gives up at the deadline and says how many intervals are not written', async () => {
    const { flusher, path } = build(() => Promise.reject(new Error('away')));
    await feed(flusher, upTo(8));
    const drained = flusher.drain(2000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await drained).toBe(8);
    flusher.close();
    expect(existsSync(path)).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
