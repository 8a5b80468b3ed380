import { describe, expect, it } from 'vitest';
import { OperationRecorder } from '#libs/stats/recorder.js';
import { summariseOperations } from '#libs/stats/summary.js';
import type { Measured } from './resize-phase.js';
import { backAfterMs, ResizeReport } from './resize-report.js';
import { initialState, type ResizeRecord, type ScalerState } from './scaler-state.js';

const START = 1_700_000_000_000;
const at = (second: number): number => START + second * 1_000;

const made = new Map<string, Measured['operations']>();

/** One second: so many operations, each of `latencyMs`, and failed ones. */
function second(index: number, operations: number, latencyMs: number, errors = 0): Measured {
  const key = [operations, latencyMs, errors].join();
  const known = made.get(key) ?? measure(operations, latencyMs, errors);
  made.set(key, known);
  return { startMs: at(index), lengthMs: 1_000, operations: known };
}

function measure(operations: number, latencyMs: number, errors: number): Measured['operations'] {
  const recorder = new OperationRecorder(false);
  for (let each = 0; each < operations; each++) recorder.record(0, 0, 0, latencyMs * 1e6 + each, 1, 0, 1);
  for (let each = 0; each < errors; each++) recorder.record(1, 0, 0, 5e6, 0, 0, 0);
  const snapshot = recorder.snapshot();
  return snapshot ? { insert: snapshot } : {};
}

const record = (change: Partial<ResizeRecord>): ResizeRecord => ({
  number: 1,
  from: 3,
  to: 6,
  requestId: '1',
  outcome: 'completed',
  detail: null,
  startedAtMs: at(100),
  endedAtMs: at(130),
  healthyAtMs: at(130),
  stableAtMs: at(190),
  gaps: 0,
  ...change,
});

const state = (...resizes: ResizeRecord[]): ScalerState => ({ ...initialState(START), resizes, completedResizes: 1 });

/** 1,000/s at 2 ms; from second 100 to 120 half of it at 20 ms with errors; from 130 on 2,000/s at 1 ms. */
const load = (index: number): Measured => {
  if (index >= 100 && index < 120) return second(index, 500, 20, 7);
  return index < 130 ? second(index, 1_000, 2) : second(index, 2_000, 1);
};

function reportOf(given: ScalerState, seconds = 300) {
  const report = new ResizeReport(given, 'simulated');
  for (let index = 0; index < seconds; index++) {
    // Two executors, whose rows of an interval begin a little apart.
    report.add(load(index));
    report.add({ ...load(index), startMs: at(index) + 2 });
  }
  return report.report();
}

describe('ResizeReport', () => {
  it('says what a resize did, as the interval rows of each phase do when they are merged', () => {
    const { resizes, latency } = reportOf(state(record({})));
    expect(latency).toBe('st');
    const [{ before, during, after, throughputBackMs, p99BackMs } = {}] = resizes;
    expect([before?.fromMs, before?.toMs]).toEqual([at(40), at(100)]);
    expect([during?.fromMs, during?.toMs]).toEqual([at(100), at(130)]);
    expect([after?.fromMs, after?.toMs]).toEqual([at(130), at(190)]);
    for (const phase of [before, during, after]) {
      if (!phase) throw new Error('a phase is missing');
      const rows = Array.from({ length: 300 }, (_, index) => load(index))
        .filter(({ startMs }) => startMs >= phase.fromMs && startMs < phase.toMs)
        .flatMap(({ operations }) => [operations['insert'], operations['insert']])
        .filter((row) => row !== undefined);
      const merged = summariseOperations(rows, phase.toMs - phase.fromMs + 2);
      const { operations, errors, p99Ms, ratePerSecond } = phase.operations['insert'] ?? {};
      expect({ operations, errors, p99Ms }).toEqual({
        operations: merged.completed,
        errors: merged.failed,
        p99Ms: merged.serviceTime.p99Ms,
      });
      expect(ratePerSecond).toBeCloseTo(merged.ratePerSecond, 6);
    }
    expect(during?.operations['total']?.errors).toBe(2 * 20 * 7);
    // Half of the operations up to second 120 took 20 ms: no average of percentiles would say so.
    expect(during?.operations['total']?.p99Ms).toBeCloseTo(20, 0);
    expect([throughputBackMs, p99BackMs]).toEqual([25_000, 25_000]);
  });

  it('compares with no more than lies between two resizes', () => {
    const second = record({ number: 2, startedAtMs: at(150), healthyAtMs: at(160), endedAtMs: at(160) });
    const [first, next] = reportOf(state(record({}), second)).resizes;
    expect([first?.after?.fromMs, first?.after?.toMs]).toEqual([at(130), at(150)]);
    expect([next?.before?.fromMs, next?.before?.toMs]).toEqual([at(130), at(150)]);
  });

  it('has what there is of a resize that was not over', () => {
    const open = record({ outcome: 'unfinished', healthyAtMs: null, endedAtMs: null, stableAtMs: null });
    const [resize] = reportOf(state(open), 110).resizes;
    expect(resize?.during?.operations['total']?.operations).toBe(10 * 2 * 507);
    expect(resize).toMatchObject({ outcome: 'unfinished', after: null, throughputBackMs: null });
  });

  it('says nothing of what was not measured', () => {
    const [resize] = reportOf(
      state(record({ startedAtMs: at(400), healthyAtMs: at(410), endedAtMs: at(410) })),
    ).resizes;
    expect(resize).toMatchObject({ before: null, during: null, after: null, throughputBackMs: null, p99BackMs: null });
  });
});

describe('backAfterMs', () => {
  const figures = (ratePerSecond: number) => ({
    operations: 1,
    errors: 0,
    ratePerSecond,
    p50Ms: null,
    p99Ms: null,
    maxMs: null,
  });
  const back = (rates: readonly number[]) =>
    backAfterMs(rates.map(figures), figures(100), ({ ratePerSecond }) => ratePerSecond, -1);

  it.each([
    ['never away', [95, 91, 100], 0],
    ['away and back', [40, 60, 89, 90, 100], 20_000],
    ['back by chance before the worst', [40, 95, 20, 95], 20_000],
    ['not back', [80, 70, 60], null],
    ['at once at its lowest, then more than before', [10, 150], 10_000],
  ])('%s', (_, rates, expected) => {
    expect(back(rates)).toBe(expected);
  });
});
