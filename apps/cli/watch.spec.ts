import { describe, expect, it } from 'vitest';
import type { RunEvent } from '#libs/contract/event.js';
import type { IntervalStats } from '#libs/contract/interval.js';
import { CodedError } from '#libs/contract/problem.js';
import { aRun, someLatency } from '../../test/sample-run.js';
import { eventPrinter, watchRun } from './watch.js';

const interval = (fields: Partial<IntervalStats>): RunEvent => ({
  type: 'interval',
  data: {
    interval: 0,
    startMs: 1_000,
    lengthMs: 1_000,
    operation: 'WRITE',
    executorId: null,
    scheduled: 10,
    completed: 10,
    failed: 2,
    dropped: 3,
    retries: 0,
    partitions: 10,
    rows: 10,
    errors: {},
    ratePerSecond: 1234.4,
    serviceTime: someLatency,
    responseTime: null,
    waitTime: null,
    ...fields,
  },
});

const printed = (events: readonly RunEvent[], run = aRun()): string[] => {
  const lines: string[] = [];
  const print = eventPrinter((line) => lines.push(line));
  for (const event of events) print(event, run);
  return lines;
};

describe('eventPrinter', () => {
  it('shows seconds since the start, and a dash for a tail that too few samples support', () => {
    const [, line = ''] = printed([interval({})]);
    expect(line.trim().split(/\s+/)).toEqual([
      '1.0',
      'WRITE',
      '1234',
      '1.50',
      '1.00',
      '2.00',
      '3.00',
      '-',
      '4.00',
      '2',
      '3',
    ]);
  });

  it('prefers the response time where there is a schedule', () => {
    const [, line = ''] = printed([interval({ responseTime: { ...someLatency, meanMs: 77 } })]);
    expect(line).toContain('77.00');
  });

  it('leaves the total of a single operation out and says when the cluster is simulated', () => {
    const lines = printed([interval({}), interval({ operation: 'total' })], aRun({ simulated: true }));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/SIMULATED$/);
  });
});

describe('watchRun', () => {
  it('goes on from the last event after a lost connection', async () => {
    const pauses: number[] = [];
    const pause = async (durationMs: number) => pauses.push(durationMs);
    const asked: (string | undefined)[] = [];
    const status = (to: 'queued' | 'completed'): RunEvent => ({
      type: 'status',
      data: { atMs: 0, from: null, to, actor: 'api', reason: 'because' },
    });
    async function* events(_id: string, lastEventId: string | undefined) {
      asked.push(lastEventId);
      yield { id: asked.length === 1 ? 'first' : 'second', event: status(asked.length === 1 ? 'queued' : 'completed') };
      if (asked.length === 1) throw new TypeError('terminated');
    }
    const lines: string[] = [];
    const ended = await watchRun({ events, pause, run: async () => aRun() }, 'run-1', (line) => lines.push(line));
    expect(ended.id).toBe('run-1');
    expect(asked).toEqual([undefined, 'first']);
    expect(lines).toEqual(['queued: because', 'completed: because']);
    expect(pauses).toEqual([1000]);
  });

  it.each(['STORE_UNAVAILABLE', 'TOO_MANY_REQUESTS'] as const)(
    'asks again while the answer is %s, for a minute',
    async (code) => {
      let asked = 0;
      let paused = 0;
      const feed = (failing: number) => ({
        run: async () => {
          if (asked++ < failing) throw new CodedError(code, 'not now');
          return aRun({ status: 'completed' });
        },
        events: async function* () {},
        pause: async () => paused++,
      });
      expect((await watchRun(feed(60), 'run-1', () => undefined)).status).toBe('completed');
      expect(paused).toBe(60);
      asked = 0;
      await expect(watchRun(feed(Infinity), 'run-1', () => undefined)).rejects.toMatchObject({ code });
      expect(asked).toBe(61);
    },
  );

  it('gives up at once when the server refuses', async () => {
    const run = async () => {
      throw new CodedError('RUN_NOT_FOUND', 'no such run');
    };
    const events = async function* () {};
    await expect(
      watchRun({ events, run, pause: async () => undefined }, 'run-1', () => undefined),
    ).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
