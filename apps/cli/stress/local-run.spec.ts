import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { Target } from '#libs/contract/target.js';
import type { Driver, ShardResult } from '#libs/workloads/driver.js';
import { errorText, exitCodeOfError } from '../error-text.js';
import { runLocally } from './local-run.js';

const work = {
  spec: 'spec',
  target: Target.parse({ contactPoints: ['127.0.0.1'] }),
  shard: { index: 0, count: 1, lanes: [{ first: 0, stride: 1, threads: 1 }] },
};
const result: ShardResult = { completed: 3, mismatches: 0, stopped: false };

function scripted(run: () => Promise<ShardResult>) {
  const calls: string[] = [];
  const driver: Driver<string> = {
    prepare: async () => {
      calls.push('prepare');
      return { clusterName: 'c', simulated: false, nodes: [] };
    },
    open: async () => {
      calls.push('open');
      return {
        run: async (startAtMs) => {
          calls.push(`run at ${startAtMs}`);
          return run();
        },
        close: async () => {
          calls.push('close');
        },
      };
    },
  };
  const events = {
    prepared: () => calls.push('prepared'),
    opened: () => calls.push('opened'),
    log: () => undefined,
    interval: () => undefined,
    mismatch: () => undefined,
    started: () => undefined,
  };
  const outside = { clock: { epochMs: () => 1_000 }, signal: new AbortController().signal };
  return { calls, answer: runLocally(driver, work, events, outside) };
}

describe('runLocally', () => {
  it('prepares, opens, starts a little later and closes', async () => {
    const { calls, answer } = scripted(async () => result);
    expect(await answer).toEqual(result);
    expect(calls).toEqual(['prepare', 'prepared', 'open', 'opened', 'run at 1050', 'close']);
  });

  it('closes its connections when a run breaks', async () => {
    const { calls, answer } = scripted(async () => {
      throw new CodedError('LANE_CRASHED', 'a lane crashed');
    });
    await expect(answer).rejects.toMatchObject({ code: 'LANE_CRASHED' });
    expect(calls.at(-1)).toBe('close');
  });

  it('that is stopped while it prepares is no failure, and says that nothing was measured', async () => {
    const stop = new AbortController();
    const driver: Driver<string> = {
      prepare: async () => ({ clusterName: 'c', simulated: false, nodes: [] }),
      open: async () => {
        stop.abort();
        throw new CodedError('LANE_CRASHED', 'load lane 0 ended with exit code 1 before its work was done');
      },
    };
    const silent = () => undefined;
    const events = {
      prepared: silent,
      opened: silent,
      log: silent,
      interval: silent,
      mismatch: silent,
      started: silent,
    };
    const error: unknown = await runLocally(driver, work, events, {
      clock: { epochMs: () => 1_000 },
      signal: stop.signal,
    }).catch((caught: unknown) => caught);
    expect(errorText(error)).toBe('stopped before the load began: nothing was measured');
    expect(exitCodeOfError(error)).toBe(130);
  });
});
