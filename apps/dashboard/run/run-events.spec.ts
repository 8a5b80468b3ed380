import { expect, it } from 'vitest';
import { parsePosition, START } from '../../api/results/event-position.js';
import { EventText } from './event-text.js';
import { positionBefore } from './run-events.js';
import { factorFor } from './run-history.js';

const SENT =
  'id: s1-i0.0-l0\nevent: status\ndata: {"to":"running"}\n\n: waiting\n\nid: s1-i0.1-l0\nevent: interval\ndata: {"operation":"READ"}\n\n';

it('events are whole whatever pieces they come in, and heartbeats are none', () => {
  for (let size = 1; size <= SENT.length; size += 7) {
    const text = new EventText();
    const events = [];
    for (let at = 0; at < SENT.length; at += size) events.push(...text.add(SENT.slice(at, at + size)));
    expect(events).toEqual([
      { id: 's1-i0.0-l0', type: 'status', data: { to: 'running' } },
      { id: 's1-i0.1-l0', type: 'interval', data: { operation: 'READ' } },
    ]);
  }
});

it('the position before an interval is one that the service understands', () => {
  expect(parsePosition(positionBefore(0))).toEqual(START);
  expect(parsePosition(positionBefore(3600))).toEqual({ statuses: 0, interval: 3600, rows: 0, logId: 0 });
});

it('a day is merged until it fits, and ten minutes are shown second by second', () => {
  expect(factorFor(600_000, 1000)).toBe(1);
  expect(factorFor(86_400_000, 1000)).toBe(96);
});
