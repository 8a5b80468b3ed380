import { describe, expect, it } from 'vitest';
import { CONTROL, LATE, StreamTable, UNKNOWN } from './stream-table.js';

describe('StreamTable', () => {
  it('gives every id once and none when all are taken', () => {
    const table = new StreamTable(3);
    expect([table.take(10, 0), table.take(11, 0), table.take(12, 0), table.take(13, 0)]).toEqual([0, 1, 2, -1]);
    expect(table.release(1)).toBe(11);
    expect(table.take(14, 0)).toBe(1);
  });

  it('keeps a timed-out id reserved until its late answer, which is told apart', () => {
    const table = new StreamTable(2);
    const first = table.take(7, 1);
    table.take(8, 5);
    const expired: number[] = [];
    table.expire(4, (slot) => expired.push(slot));
    expect(expired).toEqual([7]);
    expect([table.inFlight, table.orphans]).toEqual([1, 1]);
    expect(table.take(9, 5)).toBe(-1);
    expect(table.release(first)).toBe(LATE);
    expect(table.take(9, 5)).toBe(first);
    expect(table.release(5)).toBe(UNKNOWN);
  });

  it('hands on all that was in flight when the connection is lost', () => {
    const table = new StreamTable(4);
    table.take(1, 0);
    table.take(2, 0);
    const lost: number[] = [];
    table.clear((slot) => lost.push(slot));
    expect(lost.toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect(table.inFlight).toBe(0);
  });

  it('finds an id for a control request when every operation that may be in flight is', () => {
    const table = new StreamTable(2);
    expect([table.take(1, 0), table.take(2, 0), table.take(3, 0)]).toEqual([0, 1, -1]);
    const asked = table.takeControl();
    expect(table.release(asked)).toBe(CONTROL);
    expect(table.inFlight).toBe(2);
  });

  it('keeps the id of a control request that was given up until its late answer', () => {
    const table = new StreamTable(2);
    const asked = table.takeControl();
    table.giveUp(asked);
    const taken = [table.take(1, 0), table.take(2, 0)];
    expect(taken).not.toContain(asked);
    expect(taken).toContain(-1);
    expect(table.release(asked)).toBe(LATE);
    expect(table.take(2, 0)).toBe(asked);
  });

  it('has the 32,768 ids of the protocol and no more', () => {
    const table = new StreamTable(32_768);
    const ids = new Set(Array.from({ length: 32_768 }, (_, slot) => table.take(slot, 0)));
    expect([ids.size, Math.min(...ids), Math.max(...ids)]).toEqual([32_768, 0, 32_767]);
    expect([table.take(40_000, 0), table.takeControl()]).toEqual([-1, -1]);
  });
});
