import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { callWithin } from './call-within.js';

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    if (signal.aborted) reject(signal.reason);
  });

describe('callWithin', () => {
  it('leaves nothing at the signal of a long run, however a call ends', async () => {
    const run = new AbortController();
    for (let call = 0; call < 50; call++) {
      expect(await callWithin(60_000, run.signal, () => Promise.resolve(call))).toBe(call);
      await expect(callWithin(60_000, run.signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    await expect(callWithin(1, run.signal, never)).rejects.toThrow('no answer within 1 ms');
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
    const kept = Object.getOwnPropertySymbols(run.signal).find((symbol) => symbol.description === 'kDependantSignals');
    expect(kept && Reflect.get(run.signal, kept)).toBeUndefined();
  });

  it('gives a call up with the run, even one that begins later', async () => {
    const run = new AbortController();
    const calling = callWithin(60_000, run.signal, never);
    run.abort(new Error('the run is over'));
    await expect(calling).rejects.toThrow('the run is over');
    await expect(callWithin(60_000, run.signal, never)).rejects.toThrow('the run is over');
  });
});
