import { describe, expect, it } from 'vitest';
import type { Expectation } from './audit.js';
import type { ShardInterval } from './evidence.js';
import { anExpectation, anInterval, anOperation, aSelf, encoded, steady } from './sample-interval.js';
import { summarise } from './summary.js';

interface Case {
  intervals?: ShardInterval[];
  expectation?: Partial<Expectation>;
  shardStartsMs?: number[];
}

const FIVE = [0, 1, 2, 3, 4].map((index) => anInterval(index));

const validityOf = ({ intervals = FIVE, expectation = {}, shardStartsMs = [0] }: Case = {}) =>
  summarise({
    intervals,
    thresholds: [],
    simulated: false,
    mismatches: [],
    mismatchCount: 0,
    startedAtMs: 0,
    endedAtMs: 0,
    shardStartsMs,
    expectation: anExpectation(expectation),
  }).validity;

/** Five intervals of which the third has these fields. */
const withThird = (fields: Partial<ShardInterval>): ShardInterval[] =>
  FIVE.map((interval) => (interval.interval === 2 ? { ...interval, ...fields } : interval));
const all = (fields: Partial<ShardInterval>): ShardInterval[] => FIVE.map((interval) => ({ ...interval, ...fields }));
const thirdWrites = (operation: ReturnType<typeof anOperation>) => withThird({ operations: { WRITE: operation } });

const OPEN = { ratePerSecond: 1000, freeRunning: false, threads: 100, durationMs: 5000 };

describe('a run', () => {
  it('whose numbers agree, that did what was asked, is valid', () => {
    expect(validityOf()).toEqual({ level: 'valid', reasons: [] });
    expect(validityOf({ expectation: OPEN })).toEqual({ level: 'valid', reasons: [] });
    expect(validityOf({ expectation: { operations: 5000, completedByShard: [5000] } }).level).toBe('valid');
  });

  it('that makes data itself may be as busy as it can: its work is what is measured', () => {
    const busy = all({ self: aSelf({ loopUtilization: 1, eventLoopDelayMaxMs: 1500 }) });
    expect(validityOf({ intervals: busy }).reasons.map(({ code }) => code)).toEqual([
      'EVENT_LOOP_DELAY',
      'GENERATOR_SATURATED',
    ]);
    expect(validityOf({ intervals: busy, expectation: { measuresItself: true } }).level).toBe('valid');
  });

  const cases: [code: string, level: 'degraded' | 'invalid', words: string, Case][] = [
    ['NO_INTERVALS', 'invalid', 'no interval', { intervals: [] }],
    [
      'INTERVAL_COUNTS_DIFFER',
      'invalid',
      'Interval 2 of shard 0 counts 1000 successful WRITE operations, but its histogram holds 999',
      { intervals: thirdWrites(anOperation(steady(1000, 10), { st: encoded(steady(999, 10)) })) },
    ],
    [
      'ERRORS_DIFFER',
      'invalid',
      'interval 2 of shard 0',
      { intervals: thirdWrites(anOperation(steady(1000, 10), { completed: 1001, failed: 1, errors: {} })) },
    ],
    [
      'INTERVALS_MISSING',
      'invalid',
      'Shard 0 completed 6000 operations, but its intervals add up to 5000',
      { expectation: { completedByShard: [6000] } },
    ],
    ['LITTLES_LAW', 'invalid', 'gives 9.998 operations in flight, but at most 8', { expectation: { threads: 8 } }],
    ['LITTLES_LAW', 'degraded', 'only 9.998 operations in flight of 20', { expectation: { threads: 20 } }],
    ['NOT_CARRIED_OUT', 'degraded', 'before its plan', { expectation: { carriedOut: false } }],
    ['OPERATIONS_MISSING', 'invalid', '5001 operations were planned, 5000', { expectation: { operations: 5001 } }],
    ['EVENT_LOOP_DELAY', 'degraded', '150 ms', { intervals: withThird({ self: aSelf({ eventLoopDelayMaxMs: 150 }) }) }],
    [
      'EVENT_LOOP_DELAY',
      'invalid',
      '1500 ms',
      { intervals: withThird({ self: aSelf({ eventLoopDelayMaxMs: 1500 }) }) },
    ],
    [
      'GENERATOR_SATURATED',
      'degraded',
      '5 of 5 intervals',
      { intervals: all({ self: aSelf({ loopUtilization: 0.99 }) }) },
    ],
    [
      'GENERATOR_SATURATED',
      'degraded',
      '5 of 5 intervals',
      { intervals: all({ self: aSelf({ loopUtilization: undefined, cpuUs: 980_000 }) }) },
    ],
    ['GC_PAUSES', 'degraded', '30 %', { intervals: withThird({ self: aSelf({ gcPauseMs: 300 }) }) }],
    ['CLOCK_JUMP', 'degraded', '3600000 ms', { intervals: withThird({ self: aSelf({ clockJumpMs: 3_600_000 }) }) }],
    [
      'SCHEDULE_LAG',
      'degraded',
      'Half of the operations started 20',
      {
        expectation: OPEN,
        intervals: all({ operations: { WRITE: anOperation(steady(1000, 10), { wt: encoded(steady(1000, 20)) }) } }),
      },
    ],
    [
      'IN_FLIGHT_CAP',
      'degraded',
      '100 times',
      { expectation: OPEN, intervals: withThird({ self: aSelf({ inFlightCapHits: 100 }) }) },
    ],
    ['RATE_MISSED', 'degraded', '95.24 % of the asked 1050', { expectation: { ...OPEN, ratePerSecond: 1050 } }],
    ['RATE_MISSED', 'invalid', '50 % of the asked 2000', { expectation: { ...OPEN, ratePerSecond: 2000 } }],
    [
      'DROPPED',
      'degraded',
      '10 operations (0.1996 %)',
      { intervals: thirdWrites(anOperation(steady(1000, 10), { scheduled: 1010, dropped: 10 })) },
    ],
    [
      'DROPPED',
      'invalid',
      '1000 operations',
      { intervals: thirdWrites(anOperation(steady(1000, 10), { scheduled: 2000, dropped: 1000 })) },
    ],
    [
      'ABANDONED',
      'degraded',
      '100 operations',
      { intervals: thirdWrites(anOperation(steady(1000, 10), { scheduled: 1100 })) },
    ],
    [
      'OPERATIONS_FAILED',
      'degraded',
      '100 of 5000 operations (2 %)',
      {
        intervals: thirdWrites(
          anOperation(steady(900, 10), {
            scheduled: 1000,
            completed: 1000,
            failed: 100,
            errors: { readTimeout: 100 },
            failedSt: encoded(steady(100, 10)),
          }),
        ),
      },
    ],
    ['COVERAGE', 'degraded', '80 % of the planned', { intervals: FIVE.filter(({ interval }) => interval !== 2) }],
    ['COVERAGE', 'invalid', '33.33 %', { expectation: { shards: 3 } }],
    ['START_SKEW', 'degraded', '300 ms apart', { shardStartsMs: [1000, 1300] }],
    [
      'FEW_SAMPLES',
      'degraded',
      '999 successful',
      { intervals: [anInterval(0, { operations: { WRITE: anOperation(steady(999, 10)) } })] },
    ],
  ];

  it.each(cases)('with %s is %s: %s', (code, level, words, given) => {
    const validity = validityOf(given);
    const reason = validity.reasons.find((one) => one.code === code);
    expect(reason, JSON.stringify(validity.reasons)).toMatchObject({ code, level });
    expect(reason?.message).toContain(words);
    expect(validity.level).toBe(validity.reasons.some((one) => one.level === 'invalid') ? 'invalid' : 'degraded');
  });

  it('by count whose shards end at different times is covered', () => {
    const intervals = [...FIVE, ...FIVE.slice(0, 4).map((interval) => ({ ...interval, shardIndex: 1 }))];
    const validity = validityOf({ intervals, expectation: { shards: 2, threads: 20 } });
    expect(validity.reasons).toEqual([]);
  });

  it('that lost an executor names the shard, and is measured against the whole run', () => {
    const intervals = [...FIVE, ...FIVE.slice(0, 4).map((interval) => ({ ...interval, shardIndex: 1 }))];
    const validity = validityOf({ intervals, expectation: { shards: 2, threads: 20, lostShards: [1] } });
    expect(validity.reasons.map(({ code, message }) => [code, message])).toEqual([
      ['COVERAGE', '90 % of the planned measurement reported (lost: shard 1).'],
    ]);
  });

  it('with a throttle misses no rate, lags behind no schedule and hits no cap', () => {
    const intervals = all({
      operations: { WRITE: anOperation(steady(1000, 10), { wt: encoded(steady(1000, 20)) }) },
      self: aSelf({ inFlightCapHits: 500 }),
    });
    expect(validityOf({ intervals, expectation: { freeRunning: false, threads: 50 } }).reasons).toEqual([]);
  });
});
