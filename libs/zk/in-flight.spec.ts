import { describe, expect, it } from 'vitest';
import { CONTROL, InFlight, LATE } from './in-flight.js';

describe('requests in flight', () => {
  it('end in the order in which they were begun, over many turns of the ring', () => {
    const flights = new InFlight(3);
    let expected = 1;
    for (let round = 0; round < 100; round++) {
      const xids = [flights.begin(7, 0), flights.begin(8, 0), flights.begin(9, 0)];
      expect(xids).toEqual([expected, expected + 1, expected + 2]);
      expect(flights.begin(1, 0)).toBe(-1);
      for (const slot of [7, 8, 9]) {
        expect(flights.nextXid).toBe(expected++);
        expect(flights.end()).toBe(slot);
      }
    }
    expect(flights.nextXid).toBe(0);
  });

  it('leave room for control requests when hot ones have taken theirs', () => {
    const flights = new InFlight(1);
    flights.begin(0, 0);
    expect(flights.begin(1, 0)).toBe(-1);
    expect(flights.begin(CONTROL, 0)).toBe(2);
  });

  it('that are overdue are handed on once, keep their place and end as late', () => {
    const flights = new InFlight(4);
    flights.begin(0, 1);
    flights.begin(CONTROL, 2);
    flights.begin(2, 5);
    const expired: number[][] = [];
    const note = (slot: number, xid: number) => void expired.push([slot, xid]);
    flights.expire(2, note);
    flights.expire(3, note);
    expect(expired).toEqual([
      [0, 1],
      [CONTROL, 2],
    ]);
    expect([flights.count, flights.late]).toEqual([3, 2]);
    expect([flights.end(), flights.end()]).toEqual([LATE, LATE]);
    flights.expire(5, note);
    expect(expired).toHaveLength(3);
    expect([flights.end(), flights.count, flights.late]).toEqual([LATE, 0, 0]);
  });

  it('are handed on when the connection is lost, except those that were before', () => {
    const flights = new InFlight(4);
    flights.begin(0, 1);
    flights.begin(1, 2);
    flights.expire(1, () => {});
    const lost: number[] = [];
    flights.clear((slot) => void lost.push(slot));
    expect(lost).toEqual([1]);
    expect([flights.count, flights.late]).toEqual([0, 0]);
    expect(flights.begin(5, 3)).toBe(3);
  });
});
