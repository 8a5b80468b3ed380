import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher } from './refresher.js';

describe('Refresher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('reads once for a burst of events, and once more ten seconds after the last of them', async () => {
    const read = vi.fn(async () => undefined);
    const refresher = new Refresher(read, () => undefined);
    for (let event = 0; event < 5; event++) {
      refresher.soon();
      await vi.advanceTimersByTimeAsync(100);
    }
    await vi.advanceTimersByTimeAsync(600);
    expect(read).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(9_400);
    expect(read).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('never reads twice at once, tells why it failed, and goes on', async () => {
    let underWay = 0;
    let most = 0;
    const failures: unknown[] = [];
    const read = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      underWay--;
      throw new Error('no peers');
    };
    const refresher = new Refresher(read, (error) => failures.push(error));
    refresher.soon();
    await vi.advanceTimersByTimeAsync(100_000);
    expect([most, underWay, failures.length]).toEqual([1, 0, 2]);
  });

  it('reads nothing any more once it is stopped', async () => {
    const read = vi.fn(async () => undefined);
    const refresher = new Refresher(read, () => undefined);
    refresher.soon();
    refresher.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read).not.toHaveBeenCalled();
  });
});
