import { describe, expect, it } from 'vitest';
import { CodedError } from '#libs/contract/problem.js';
import { failedEnd, missedEnd, startedEnd } from './fire-end.js';
import { runIdOf } from './run-id.js';

const DUE = 1_000_000;
const skip = { lateAfterMs: 60_000, missed: 'skip' as const };
const once = { lateAfterMs: 60_000, missed: 'run-once-late' as const };

describe('a due time', () => {
  it('whose run was made after lateAfterMs is late, and by how much is said', () => {
    expect(startedEnd(once, DUE, DUE + 60_000, 'r')).toEqual({ state: 'fired', runId: 'r', reason: 'in time' });
    expect(startedEnd(once, DUE, DUE + 60_001, 'r')).toMatchObject({
      state: 'late',
      reason: expect.stringMatching('60001'),
    });
  });

  it('that is late when its run is to be made was missed by who skips', () => {
    expect(missedEnd(skip, DUE, DUE + 60_000, undefined)).toBeNull();
    expect(missedEnd(skip, DUE, DUE + 60_001, undefined)).toMatchObject({ state: 'missed', runId: null });
  });

  it.each([
    { newest: undefined, state: undefined },
    { newest: { dueAtMs: DUE, state: 'firing' as const }, state: undefined },
    { newest: { dueAtMs: DUE + 1, state: 'missed' as const }, state: undefined },
    { newest: { dueAtMs: DUE + 1, state: 'firing' as const }, state: 'missed' },
    { newest: { dueAtMs: DUE + 1, state: 'skipped' as const }, state: 'missed' },
  ])('that is late is made up for once: $newest.state', ({ newest, state }) => {
    expect(missedEnd(once, DUE, DUE + 3_600_000, newest)?.state).toBe(state);
  });
});

describe('a run that could not be made', () => {
  const taken = { dueAtMs: DUE, atMs: DUE };
  const path = 'target.contactPoints[0]';
  const unresolved = { path, message: 'expected a host that can be resolved, found "node.test"' };
  const forbidden = { path, message: 'expected an address in 127.0.0.0/8, found 10.1.2.3' };

  it.each([
    { name: 'a database that is away', error: new Error('SQLITE_BUSY'), again: true },
    { name: 'a full queue', error: new CodedError('QUEUE_FULL', 'full'), again: true },
    { name: 'no database', error: new CodedError('STORE_UNAVAILABLE', 'gone'), again: true },
    { name: 'no address', error: new CodedError('VALIDATION_FAILED', 'no', [unresolved]), again: true },
    {
      name: 'a forbidden address',
      error: new CodedError('VALIDATION_FAILED', 'no', [unresolved, forbidden]),
      again: false,
    },
    { name: 'a definition that is not valid', error: new CodedError('VALIDATION_FAILED', 'no'), again: false },
    { name: 'a quota', error: new CodedError('QUOTA_EXCEEDED', 'over'), again: false },
    { name: 'a benchmark that is gone', error: new CodedError('NOT_FOUND', 'gone'), again: false },
  ])('is tried again only for what may pass: $name, $again', ({ error, again }) => {
    expect(failedEnd(once, taken, DUE, error)).toEqual(
      again ? null : { state: 'failed', runId: null, reason: error.message },
    );
  });

  it('is tried until it would be late, or so long after it was found late', () => {
    const error = new CodedError('QUEUE_FULL', 'full');
    expect(failedEnd(skip, taken, DUE + 30_000, error)).toBeNull();
    expect(failedEnd(skip, taken, DUE + 30_001, error)?.state).toBe('failed');
    const late = { dueAtMs: DUE, atMs: DUE + 3_600_000 };
    expect(failedEnd(once, late, late.atMs + 60_000, error)).toBeNull();
    expect(failedEnd(once, late, late.atMs + 60_001, error)?.state).toBe('failed');
    expect(failedEnd({ ...once, lateAfterMs: 1_000 }, taken, DUE + 30_000, error)).toBeNull();
  });

  it('has an id by its schedule and due time', () => {
    expect(runIdOf('s', DUE)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set([runIdOf('s', DUE), runIdOf('s', DUE + 1), runIdOf('t', DUE), runIdOf('s', DUE)]).size).toBe(3);
  });
});
