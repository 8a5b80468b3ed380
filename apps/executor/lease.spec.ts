import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import type { Beat } from '#libs/store/port.js';
import { Lease, Stopped } from './lease.js';

const LEASE_MS = 5_000;
const BEAT_MS = 200;

const held: Beat = {
  held: true,
  status: 'running',
  cancelRequested: false,
  prepared: false,
  startAtMs: null,
  shardsEnded: 0,
  shardsTotal: 1,
};

describe('a lease', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function begin(beat: () => Promise<Beat>) {
    const lines: string[] = [];
    const log = (level: string, message: string) => void lines.push(`${level}: ${message}`);
    const lease = new Lease({ clock: systemClock, beat, leaseMs: LEASE_MS, beatMs: BEAT_MS, log });
    lease.start();
    return { lease, lines };
  }

  it('goes on while beats get through, one every beat time', async () => {
    let beats = 0;
    const { lease } = begin(() => Promise.resolve((beats++, held)));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lease.reason).toBeUndefined();
    expect(beats).toBe(301);
    lease.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(beats).toBe(301);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops the work at the next beat after a cancel and is still held', async () => {
    let cancelRequested = false;
    let beats = 0;
    const { lease } = begin(() => Promise.resolve((beats++, { ...held, cancelRequested })));
    await vi.advanceTimersByTimeAsync(1_050);
    cancelRequested = true;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect(lease.reason).toBe('cancelled');
    expect(lease.signal.reason).toEqual(new Stopped('cancelled'));
    expect(lease.isFenced).toBe(false);
    const before = beats;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(beats).toBe(before + 5);
    lease.close();
  });

  it('is fenced by the first beat that says so, and asks no more', async () => {
    let beats = 0;
    const { lease } = begin(() => Promise.resolve({ ...held, held: ++beats < 3 }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lease.isFenced).toBe(true);
    expect(lease.reason).toBe('fenced');
    expect(beats).toBe(3);
    lease.close();
  });

  it.each<[string, () => Promise<Beat>]>([
    ['fail', () => Promise.reject(new Error('away'))],
    ['hang', () => new Promise(() => undefined)],
  ])('expires by its own clock when beats %s for as long as the lease, not before', async (_, broken) => {
    let isAway = false;
    const { lease } = begin(() => (isAway ? broken() : Promise.resolve(held)));
    await vi.advanceTimersByTimeAsync(1_000);
    isAway = true;
    // The last good beat was sent at 1,000 ms.
    await vi.advanceTimersByTimeAsync(LEASE_MS - 1);
    expect(lease.reason).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(lease.reason).toBe('expired');
    expect(lease.isFenced).toBe(false);
    lease.close();
  });

  it('survives an outage that is shorter than itself and says so twice', async () => {
    let isAway = false;
    const { lease, lines } = begin(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(held)));
    await vi.advanceTimersByTimeAsync(1_000);
    isAway = true;
    await vi.advanceTimersByTimeAsync(4_000);
    isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lease.reason).toBeUndefined();
    expect(lines).toEqual([
      'warn: a heartbeat failed (away); load goes on until the lease ends',
      'info: the database answers heartbeats again',
    ]);
    lease.close();
  });

  it('lets wait for a beat, or throws why there will be none', async () => {
    let startAtMs: number | null = null;
    const { lease } = begin(() => Promise.resolve({ ...held, startAtMs }));
    const start = lease.until((beat) => beat.startAtMs !== null);
    const prepared = lease.until((beat) => beat.prepared);
    const refused = expect(prepared).rejects.toEqual(new Stopped('shutdown'));
    await vi.advanceTimersByTimeAsync(500);
    startAtMs = 7;
    await vi.advanceTimersByTimeAsync(BEAT_MS);
    expect((await start).startAtMs).toBe(7);
    lease.halt('shutdown');
    await refused;
    lease.close();
  });
});
