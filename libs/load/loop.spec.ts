import { describe, expect, it } from 'vitest';
import { Histogram } from '#libs/stats/histogram.js';
import { type Answer, FakeServer, stalling } from './fake-server.js';
import { Loop, type LoopOptions, type LoopRecorder } from './loop.js';
import { seededRandom } from './random.js';
import { constantSchedule, poissonSchedule } from './schedule.js';
import type { Source } from './target.js';
import { VirtualClock } from './virtual-clock.js';

const MS = 1e6;
const SECOND = 1e9;
const OVERLOADED = 4;
const TIMED_OUT = 7;

interface Cut {
  interval: number;
  startMs: number;
  endMs: number;
  partial: boolean;
  scheduled: number;
  dropped: number;
  completed: number;
}

/** Keeps what the loop says, by interval and as histograms. */
class Tape implements LoopRecorder {
  readonly st = Histogram.empty();
  readonly rt = Histogram.empty();
  readonly wt = Histogram.empty();
  readonly cuts: Cut[] = [];
  readonly ends: number[] = [];
  readonly outcomes: number[] = [];
  readonly retries: number[] = [];
  readonly byOperation = new Map<number, { scheduled: number; dropped: number; completed: number }>();
  private open = { scheduled: 0, dropped: 0, completed: 0 };

  private of(operation: number) {
    const found = this.byOperation.get(operation) ?? { scheduled: 0, dropped: 0, completed: 0 };
    this.byOperation.set(operation, found);
    return found;
  }
  scheduled(operation: number): void {
    this.open.scheduled++;
    this.of(operation).scheduled++;
  }
  dropped(operation: number): void {
    this.open.dropped++;
    this.of(operation).dropped++;
  }
  record(
    operation: number,
    outcome: number,
    dueNs: number,
    startNs: number,
    endNs: number,
    _rows: number,
    retries: number,
  ): void {
    this.open.completed++;
    this.of(operation).completed++;
    this.ends.push(endNs);
    this.outcomes.push(outcome);
    this.retries.push(retries);
    this.st.record(endNs - startNs);
    this.rt.record(endNs - dueNs);
    this.wt.record(startNs - dueNs);
  }
  cut(interval: number, startNs: number, endNs: number, partial: boolean): void {
    this.cuts.push({ interval, startMs: startNs / MS, endMs: endNs / MS, partial, ...this.open });
    this.open = { scheduled: 0, dropped: 0, completed: 0 };
  }
  sum(key: 'scheduled' | 'dropped' | 'completed'): number {
    return this.cuts.reduce((total, cut) => total + cut[key], 0);
  }
}

class Items implements Source {
  operation = 0;
  seed = 0;
  private index = 0;
  constructor(
    private readonly count = Infinity,
    private readonly operationOf: (index: number) => number = () => 0,
  ) {}
  next(): boolean {
    if (this.index >= this.count) return false;
    this.operation = this.operationOf(this.index);
    this.seed = this.index++;
    return true;
  }
}

interface Setup extends Partial<LoopOptions> {
  answer?: (atNs: number, seed: number) => Answer;
  timerGrainNs?: number;
}

function build({ answer = () => ({ takesNs: MS }), timerGrainNs = 1, ...options }: Setup) {
  const clock = new VirtualClock(1_700_000_000_000, timerGrainNs);
  const server = new FakeServer(clock, answer);
  const tape = new Tape();
  const loop = new Loop({
    clock,
    target: server,
    source: new Items(),
    recorder: tape,
    slots: 1000,
    dropOverdue: false,
    intervalNs: SECOND,
    retries: 0,
    retryable: new Uint8Array(32).fill(1),
    failed: () => false,
    ...options,
  });
  server.report(loop);
  let ended = false;
  const run = (atNs = 0) => {
    void loop.run(atNs).then(() => (ended = true));
    return loop;
  };
  return { clock, server, tape, loop, run, hasEnded: async () => (await Promise.resolve(), ended) };
}

const ms = (ns: number) => ns / MS;
/** Within 2 % of what arithmetic says. */
const near = (actual: number, expected: number) => expect(Math.abs(actual / expected - 1)).toBeLessThan(0.02);

describe('an open loop against a server that stalls for 300 ms', () => {
  const stall = { answer: stalling(MS, 5 * SECOND, 300 * MS), durationNs: 10 * SECOND };
  const schedule = constantSchedule(1000, 0, 1);

  it('charges the stall to everything that was due in it', () => {
    const { clock, tape, run } = build({ ...stall, schedule, slots: 1000 });
    run();
    clock.advance(11 * SECOND);
    // 300 of 10,000 operations were due in the stall: k ms into it they take 301 - k ms.
    expect(tape.rt.count).toBe(10_000);
    near(ms(tape.rt.valueAtNs(50)), 1);
    near(ms(tape.rt.valueAtNs(97)), 1);
    near(ms(tape.rt.valueAtNs(98)), 301 - 199);
    near(ms(tape.rt.valueAtNs(99)), 301 - 99);
    near(ms(tape.rt.valueAtNs(99.9)), 301 - 9);
    near(ms(tape.rt.maxNs), 301);
    near(ms(tape.rt.meanNs), (9_700 + (300 * (301 + 2)) / 2) / 10_000);
  });

  it('with 50 slots keeps the queue out of the service time and in the response time', () => {
    const { clock, tape, run } = build({ ...stall, schedule, slots: 50 });
    run();
    clock.advance(11 * SECOND);
    // Only the 50 operations that were on the wire saw the stall; the others waited for a slot, 50 more each millisecond.
    near(ms(tape.st.valueAtNs(99.4)), 1);
    near(ms(tape.st.valueAtNs(99.9)), 301 - 9);
    near(ms(tape.rt.valueAtNs(99)), 301 + 1 - 99);
    near(ms(tape.rt.valueAtNs(99.9)), 301 - 9);
    near(ms(tape.wt.valueAtNs(99)), 301 - 1 + 2 - (50 + 99));
    expect(tape.st.count).toBe(10_000);
  });

  it('that drops what is overdue counts 250 operations as dropped and delays none', () => {
    const { clock, tape, run } = build({ ...stall, schedule, slots: 50, dropOverdue: true });
    const loop = run();
    clock.advance(11 * SECOND);
    // The first 50 fill the slots; those due from 5.050 s to 5.300 s find none free.
    expect(tape.sum('dropped')).toBe(251);
    expect(tape.sum('scheduled')).toBe(10_000);
    expect(tape.sum('completed')).toBe(10_000 - 251);
    expect(tape.wt.maxNs).toBeLessThan(2);
    expect(loop.abandoned).toBe(0);
    expect(tape.cuts[5]).toMatchObject({ scheduled: 1000, dropped: 251 });
  });

  it('serves one at a time and drops four of five when only one may be in flight', () => {
    const { clock, tape, run } = build({
      answer: stalling(MS, 0, 450 * MS),
      durationNs: 500 * MS,
      schedule: constantSchedule(10, 0, 1),
      slots: 1,
      dropOverdue: true,
    });
    run();
    clock.advance(SECOND);
    expect([tape.sum('scheduled'), tape.sum('completed'), tape.sum('dropped')]).toEqual([5, 1, 4]);
  });
});

describe('the number of scheduled operations', () => {
  it.each([
    [20_000, 1, 1000],
    [20_000, 3, 1000],
    [1_500_000, 7, 100],
    [333.3, 3, 10_000],
    [7, 2, 1000],
    [0.5, 1, 10_000],
  ])('at %d/s over %d lanes for %d ms is exact', (rate, lanes, durationMs) => {
    const scheduled = Array.from({ length: lanes }, (_, first) => {
      const { clock, tape, run } = build({
        schedule: constantSchedule(rate, first, lanes),
        durationNs: durationMs * MS,
        slots: 20_000,
        answer: () => ({ takesNs: 10_000 }),
        timerGrainNs: 10_000,
      });
      run(123_456_789.123);
      clock.advance((durationMs + 1000) * MS);
      return tape.sum('scheduled');
    });
    expect(scheduled.reduce((sum, each) => sum + each, 0)).toBe(Math.round((rate * durationMs) / 1000));
  });

  it('counts what could not be started before the end as dropped', () => {
    const { clock, tape, run } = build({
      schedule: constantSchedule(1000, 0, 1),
      durationNs: 2 * SECOND,
      slots: 10,
      answer: () => ({ takesNs: 20 * MS }),
    });
    const loop = run();
    clock.advance(3 * SECOND);
    // 10 in flight at 20 ms each are 500 a second; the last ten are started at the end itself or just before it.
    expect(tape.sum('scheduled')).toBe(2000);
    expect(tape.sum('completed') + tape.sum('dropped')).toBe(2000);
    expect(Math.abs(tape.sum('completed') - 1000)).toBeLessThanOrEqual(10);
    expect(loop.abandoned).toBe(0);
  });

  it('of a backlog of millions is shared among the operations as they were mixed', () => {
    const { clock, tape, run } = build({
      schedule: constantSchedule(2_000_000, 0, 1),
      source: new Items(Infinity, (index) => (index % 4 === 0 ? 1 : 0)),
      durationNs: SECOND,
      slots: 1,
      answer: () => ({ takesNs: 2 * SECOND }),
    });
    const loop = run();
    clock.advance(2 * SECOND);
    expect(loop.abandoned).toBe(1);
    expect(tape.sum('scheduled')).toBe(2_000_000);
    expect(tape.sum('dropped')).toBe(1_999_999);
    expect(Math.abs((tape.byOperation.get(0)?.dropped ?? 0) - 1_500_000)).toBeLessThanOrEqual(1);
  });

  it('of a throttle never counts what the cap did not start', () => {
    const { clock, tape, run } = build({
      schedule: constantSchedule(1000, 0, 1),
      throttle: true,
      durationNs: 2 * SECOND,
      slots: 10,
      answer: () => ({ takesNs: 20 * MS }),
    });
    run();
    clock.advance(3 * SECOND);
    expect(tape.sum('dropped')).toBe(0);
    expect(tape.sum('scheduled')).toBe(tape.sum('completed'));
  });

  it('of Poisson arrivals is within four standard deviations, and they are memoryless', () => {
    const { clock, tape, run } = build({
      schedule: poissonSchedule(1000, 1, seededRandom(7)),
      durationNs: 20 * SECOND,
    });
    run();
    clock.advance(21 * SECOND);
    const scheduled = tape.sum('scheduled');
    expect(Math.abs(scheduled - 20_000)).toBeLessThan(4 * Math.sqrt(20_000));
    const counts = tape.cuts.map((cut) => cut.scheduled).slice(0, 20);
    const mean = counts.reduce((sum, each) => sum + each, 0) / 20;
    const variance = counts.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 19;
    // The variance of a Poisson count is its mean; of 20 counts it is within a factor of about 2.5.
    expect(variance / mean).toBeGreaterThan(0.4);
    expect(variance / mean).toBeLessThan(2.5);
  });
});

describe('intervals', () => {
  it('are strict multiples of the length, and the last takes the drain with it', () => {
    const { clock, tape, run } = build({
      schedule: constantSchedule(100, 0, 1),
      durationNs: 3 * SECOND,
      answer: () => ({ takesNs: 15 * MS }),
    });
    run(500 * MS);
    clock.advance(5 * SECOND);
    expect(tape.cuts).toEqual([
      { interval: 0, startMs: 500, endMs: 1500, partial: false, scheduled: 100, dropped: 0, completed: 99 },
      { interval: 1, startMs: 1500, endMs: 2500, partial: false, scheduled: 100, dropped: 0, completed: 100 },
      { interval: 2, startMs: 2500, endMs: 3505, partial: false, scheduled: 100, dropped: 0, completed: 101 },
    ]);
  });

  it('hold what ended in them, even when the machine was asleep at the boundary', () => {
    const { clock, tape, run } = build({ slots: 1, source: new Items(5), answer: () => ({ takesNs: 400 * MS }) });
    run();
    clock.advance(900 * MS);
    clock.block(2300 * MS);
    clock.advance(10 * SECOND);
    // Ends at 0.4, 0.8, then 3.2 (read late), 3.6, 4.0.
    expect(tape.ends.map(ms)).toEqual([400, 800, 3200, 3600, 4000]);
    expect(tape.cuts.map(({ startMs, endMs, completed }) => [startMs, endMs, completed])).toEqual([
      [0, 1000, 2],
      [1000, 2000, 0],
      [2000, 3000, 0],
      [3000, 4000, 2],
      [4000, 4000.000001, 1],
    ]);
  });

  it('end partially when the run does', () => {
    const { clock, tape, run } = build({ slots: 2, source: new Items(100), answer: () => ({ takesNs: 30 * MS }) });
    run();
    clock.advance(5 * SECOND);
    expect(tape.cuts.map(({ endMs, partial }) => [endMs, partial])).toEqual([
      [1000, false],
      [1500, true],
    ]);
  });
});

describe('a closed loop', () => {
  it('does exactly n operations, each item once, with N always in flight', () => {
    const { clock, server, tape, run } = build({ slots: 7, source: new Items(1000) });
    const loop = run();
    clock.advance(10 * SECOND);
    expect(loop.completed).toBe(1000);
    expect(tape.sum('scheduled')).toBe(1000);
    expect([...server.seeds].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, item) => item));
    // 7 at a time, 1 ms each: 1000 / 7 milliseconds, rounded up.
    expect(Math.max(...tape.ends)).toBeCloseTo(143 * MS, 0);
    expect(loop.takeExtremes().inFlightMax).toBe(7);
  });

  it('that ends by time stops at the end, and leaves behind what takes longer than the drain', async () => {
    const { clock, tape, run, hasEnded } = build({
      slots: 4,
      durationNs: SECOND,
      answer: (atNs) => ({ takesNs: atNs >= 900 * MS ? 500 * MS : 100 * MS }),
    });
    const loop = run();
    clock.advance(1079 * MS);
    expect(await hasEnded()).toBe(false);
    clock.advance(1081 * MS);
    expect(await hasEnded()).toBe(true);
    expect([loop.completed, loop.abandoned]).toEqual([36, 4]);
    expect(tape.sum('scheduled')).toBe(40);
    clock.advance(5 * SECOND);
    expect([loop.completed, tape.sum('completed')]).toEqual([36, 36]);
  });

  it('that ends by count waits for every operation, however slow', async () => {
    const { clock, run, hasEnded } = build({
      slots: 4,
      source: new Items(4),
      answer: () => ({ takesNs: 9 * SECOND }),
    });
    const loop = run();
    clock.advance(8 * SECOND);
    expect(await hasEnded()).toBe(false);
    clock.advance(10 * SECOND);
    expect(await hasEnded()).toBe(true);
    expect(loop.completed).toBe(4);
  });

  it('that is stopped ends within 100 ms, also while it drains', async () => {
    const { clock, run, hasEnded } = build({
      slots: 4,
      source: new Items(4),
      answer: () => ({ takesNs: 9 * SECOND }),
    });
    const loop = run();
    clock.advance(8 * SECOND);
    loop.stop();
    clock.advance(8.1 * SECOND);
    expect(await hasEnded()).toBe(true);
    expect([loop.completed, loop.abandoned]).toEqual([0, 4]);
  });

  it('under a throttle never does more than the cap, and less when the target is slower', () => {
    const fast = build({
      slots: 10,
      schedule: constantSchedule(100, 0, 1),
      throttle: true,
      durationNs: 5 * SECOND,
    });
    fast.run();
    fast.clock.advance(6 * SECOND);
    expect(fast.tape.sum('completed')).toBe(500);
    const slow = build({
      slots: 1,
      schedule: constantSchedule(100, 0, 1),
      throttle: true,
      durationNs: 5 * SECOND,
      answer: () => ({ takesNs: 50 * MS }),
    });
    slow.run();
    slow.clock.advance(6 * SECOND);
    expect(slow.tape.sum('completed')).toBe(100);
  });
});

describe('a failed operation', () => {
  it('is tried once where no retries are asked for, and its slot is free again', () => {
    const { clock, tape, run } = build({
      slots: 1,
      source: new Items(3),
      retries: 0,
      answer: () => ({ takesNs: 10 * MS, outcome: TIMED_OUT }),
    });
    const loop = run();
    clock.advance(SECOND);
    expect(loop.completed).toBe(3);
    expect(tape.outcomes).toEqual([TIMED_OUT, TIMED_OUT, TIMED_OUT]);
  });

  it('is retried inside its own time, and succeeds', () => {
    let asked = 0;
    const { clock, tape, run } = build({
      slots: 1,
      source: new Items(1),
      retries: 9,
      answer: () => ({ takesNs: 10 * MS, outcome: asked++ < 3 ? TIMED_OUT : 0 }),
    });
    const loop = run();
    clock.advance(SECOND);
    expect(loop.completed).toBe(1);
    expect(tape.retries).toEqual([3]);
    expect(tape.outcomes).toEqual([0]);
    near(ms(tape.st.maxNs), 40);
  });

  it('is retried after the last operation of a run was started', () => {
    const failing = new Set([99]);
    const { clock, tape, run } = build({
      slots: 1,
      source: new Items(100),
      retries: 1,
      failed: () => true,
      answer: (_, seed) => ({ takesNs: MS, outcome: failing.delete(seed) ? TIMED_OUT : 0 }),
    });
    const loop = run();
    clock.advance(SECOND);
    expect(loop.completed).toBe(100);
    expect(tape.outcomes.every((outcome) => outcome === 0)).toBe(true);
  });

  it('is not retried when its outcome says so', () => {
    const retryable = new Uint8Array(32).fill(1);
    retryable[OVERLOADED] = 0;
    const { clock, tape, server, run } = build({
      slots: 1,
      source: new Items(3),
      retries: 9,
      retryable,
      answer: () => ({ takesNs: MS, outcome: OVERLOADED }),
    });
    run();
    clock.advance(SECOND);
    expect(tape.outcomes).toEqual([OVERLOADED, OVERLOADED, OVERLOADED]);
    expect(server.fired).toBe(3);
  });

  it('waits before its next try where that is asked for, and the wait is in its time', () => {
    const fired: number[] = [];
    const { clock, tape, run } = build({
      slots: 2,
      source: new Items(20),
      retries: 3,
      retryDelayNs: (outcome, retries) => (outcome === OVERLOADED ? 50 * MS * 2 ** retries : 0),
      answer: (atNs, seed) => {
        if (seed !== 0) return { takesNs: MS };
        fired.push(ms(atNs));
        return { takesNs: MS, outcome: fired.length < 3 ? OVERLOADED : 0 };
      },
    });
    const loop = run();
    clock.advance(SECOND);
    expect(fired.map(Math.round)).toEqual([0, 51, 152]);
    expect(loop.completed).toBe(20);
    expect(Math.max(...tape.retries)).toBe(2);
    near(ms(tape.st.maxNs), 153);
    // The other slot went on meanwhile.
    near(ms(tape.st.valueAtNs(50)), 1);
  });

  it('ends the run when asked to, and the others in flight are still recorded', async () => {
    const told: number[] = [];
    const { clock, tape, run, hasEnded } = build({
      slots: 5,
      source: new Items(1000),
      retries: 2,
      failed: (_, outcome) => told.push(outcome) > 0,
      answer: (_, seed) => ({ takesNs: (1 + (seed % 5)) * MS, outcome: seed === 20 ? TIMED_OUT : 0 }),
    });
    const loop = run();
    clock.advance(SECOND);
    expect(await hasEnded()).toBe(true);
    expect(told).toEqual([TIMED_OUT]);
    expect(tape.outcomes.filter((outcome) => outcome !== 0)).toEqual([TIMED_OUT]);
    expect(tape.sum('scheduled')).toBe(loop.completed);
    expect(loop.completed).toBeLessThan(60);
  });
});

describe('being on time', () => {
  it.each([
    ['coarse timers alone are at most a grain late', 0, MS],
    ['polling is never later than a turn', 1, 2_000],
  ])('%s', (_, pollShare, latestNs) => {
    const { clock, tape, run } = build({
      schedule: constantSchedule(777, 0, 1),
      durationNs: SECOND,
      timerGrainNs: MS,
      pollShare,
      answer: () => ({ takesNs: 100_000 }),
    });
    run();
    clock.advance(2 * SECOND);
    expect(tape.wt.count).toBe(777);
    expect(tape.wt.maxNs).toBeLessThanOrEqual(latestNs * 1.01);
  });

  it('says how late the latest start was and how often all slots were busy', () => {
    const { clock, run } = build({
      answer: stalling(MS, 100 * MS, 50 * MS),
      durationNs: 500 * MS,
      schedule: constantSchedule(1000, 0, 1),
      slots: 10,
    });
    const loop = run();
    clock.advance(SECOND);
    const { scheduleLagMaxMs, inFlightMax, inFlightCapHits } = loop.takeExtremes();
    // The eleventh operation of the stall was due at 110 ms and started at 151 ms.
    near(scheduleLagMaxMs, 41);
    expect(inFlightMax).toBe(10);
    expect(inFlightCapHits).toBeGreaterThan(0);
    expect(loop.takeExtremes()).toEqual({ scheduleLagMaxMs: 0, inFlightMax: 0, inFlightCapHits: 0 });
  });
});
