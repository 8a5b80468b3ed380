import { describe, expect, it } from 'vitest';
import { nextDues, parseCron } from './cron.js';
import { decide } from './due-times.js';

const times = (cron: string, timeZone: string, from: string, count: number): string[] => {
  const { due } = parseCron(cron, timeZone);
  if (due === null) throw new Error('expected a readable expression');
  return nextDues(due, Date.parse(from), count).map((at) => new Date(at).toISOString().slice(0, 16));
};

describe('a cron expression', () => {
  it('keeps to the clock on the wall, whatever its distance from UTC', () => {
    expect(times('30 14 * * 1-5', 'Europe/Berlin', '2026-03-27T00:00Z', 3)).toEqual([
      '2026-03-27T13:30',
      '2026-03-30T12:30',
      '2026-03-31T12:30',
    ]);
    expect(times('0 12 1 * *', 'Asia/Kolkata', '2026-01-15T00:00Z', 2)).toEqual([
      '2026-02-01T06:30',
      '2026-03-01T06:30',
    ]);
  });

  it('falls due once in the night in which its time is skipped, when the clocks have been put forward', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00Z', 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(times('30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-08T07:00',
      '2026-03-09T06:30',
    ]);
  });

  it('falls due once in the night in which its time comes twice, the first time', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(times('30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
  });

  it('does not fall due again when it is asked from within the hour that comes twice', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10Z', 1)).toEqual(['2026-10-26T01:30']);
    expect(times('*/30 2,3 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T02:00',
      '2026-10-25T02:30',
      '2026-10-26T01:00',
    ]);
    expect(times('0 0-22 * * *', 'Europe/Berlin', '2026-10-24T23:30Z', 2)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T02:00',
    ]);
  });

  it.each([
    ['30 * * * *', ['2026-10-24T23:30', '2026-10-25T00:30', '2026-10-25T01:30', '2026-10-25T02:30']],
    ['0 0-23 * * *', ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00']],
  ])('of every hour, %s, falls due in both hours that are one by the clock', (cron, expected) => {
    expect(times(cron, 'Europe/Berlin', '2026-10-24T22:45Z', 4)).toEqual(expected);
  });

  it('of every ten minutes goes on through the hour that comes twice', () => {
    const found = times('*/10 * * * *', 'Europe/Berlin', '2026-10-24T23:55Z', 13);
    expect(found.map((text) => Date.parse(`${text}Z`))).toEqual(
      found.map((_, index) => Date.parse('2026-10-25T00:00Z') + index * 600_000),
    );
  });

  it('knows clocks that are changed by half an hour', () => {
    const zone = 'Australia/Lord_Howe';
    expect(times('45 1 * * *', zone, '2026-04-04T00:00Z', 2)).toEqual(['2026-04-04T14:45', '2026-04-05T15:15']);
    expect(times('45 1 * * *', zone, '2026-04-04T15:05Z', 1)).toEqual(['2026-04-05T15:15']);
    expect(times('45 * * * *', zone, '2026-04-04T14:00Z', 3)).toEqual([
      '2026-04-04T14:45',
      '2026-04-04T15:15',
      '2026-04-04T16:15',
    ]);
    expect(times('15 2 * * *', zone, '2026-10-03T00:00Z', 2)).toEqual(['2026-10-03T15:30', '2026-10-04T15:15']);
  });

  it('knows clocks that are changed at midnight, and summers in January', () => {
    expect(times('0 0 * * *', 'America/Havana', '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-08T05:00',
      '2026-03-09T04:00',
    ]);
    expect(times('30 0 * * *', 'America/Havana', '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T04:30',
      '2026-11-02T05:30',
    ]);
    expect(times('30 0 * * *', 'America/Havana', '2026-11-01T05:10Z', 1)).toEqual(['2026-11-02T05:30']);
    expect(times('30 23 * * *', 'America/Santiago', '2026-04-04T12:00Z', 2)).toEqual([
      '2026-04-05T02:30',
      '2026-04-06T03:30',
    ]);
    expect(times('0 0 * * *', 'America/Santiago', '2026-09-05T12:00Z', 2)).toEqual([
      '2026-09-06T04:00',
      '2026-09-07T03:00',
    ]);
    expect(times('30 2 * * *', 'Australia/Sydney', '2026-10-03T00:00Z', 2)).toEqual([
      '2026-10-03T16:00',
      '2026-10-04T15:30',
    ]);
  });

  it('says everything that is wrong with it at once', () => {
    expect(parseCron('61 * * * *', 'Mars/Olympus').issues.map(({ path }) => path)).toEqual(['timeZone', 'cron']);
    expect(parseCron('* * *', 'UTC').issues[0]?.message).toContain('expected five or six fields');
    expect(parseCron('0 0 30 2 *', 'UTC').due?.after(Date.parse('2026-01-01'))).toBeNull();
  });
});

describe('what becomes of due times', () => {
  const { due } = parseCron('* * * * *', 'UTC');
  if (due === null) throw new Error('expected a readable expression');
  const MINUTE = 60_000;
  const at = (minutes: number) => Date.parse('2026-05-01T00:00Z') + minutes * MINUTE;
  const of = (nowMs: number, missed: 'skip' | 'run-once-late' = 'run-once-late', firstMs = at(1)) => {
    const { fires, nextDueAtMs } = decide({ nextDueAtMs: firstMs, lateAfterMs: 30_000, missed }, nowMs, due);
    return { fires: fires.map(({ dueAtMs, state }) => [(dueAtMs - at(0)) / MINUTE, state]), next: nextDueAtMs };
  };

  it.each([
    { name: 'nothing before it is due', now: at(1) - 1, fires: [], next: at(1) },
    { name: 'fired on time', now: at(1), fires: [[1, 'firing']], next: at(2) },
    { name: 'fired a little later', now: at(1) + 30_000, fires: [[1, 'firing']], next: at(2) },
    { name: 'fired late when missed', now: at(1) + 30_001, fires: [[1, 'firing']], next: at(2) },
    {
      name: 'only the last of several that were missed is fired late',
      now: at(3) + 40_000,
      fires: [
        [1, 'missed'],
        [2, 'missed'],
        [3, 'firing'],
      ],
      next: at(4),
    },
    {
      name: 'one that is in time makes up for those that were missed',
      now: at(3) + 10_000,
      fires: [
        [1, 'missed'],
        [2, 'missed'],
        [3, 'firing'],
      ],
      next: at(4),
    },
  ])('$name', ({ now, fires, next }) => {
    expect(of(now)).toEqual({ fires, next });
  });

  it('skips what was missed when told to', () => {
    expect(of(at(1) + 40_000, 'skip')).toEqual({ fires: [[1, 'missed']], next: at(2) });
  });

  it('does not go through a year minute by minute', () => {
    const { fires, next } = of(at(525_600) + 5_000);
    expect(fires.length).toBeLessThanOrEqual(101);
    expect(fires.filter(([, state]) => state === 'firing')).toHaveLength(1);
    expect(next).toBe(at(525_601));
  });
});
