import { expect, it } from 'vitest';
import { formatPosition, parsePosition, START } from './event-position.js';

it('a position survives its text form', () => {
  const position = { statuses: 3, interval: 17, rows: 2, logId: 42 };
  expect(formatPosition(position)).toBe('s3-i17.2-l42');
  expect(parsePosition('s3-i17.2-l42')).toEqual(position);
});

it.each([undefined, '', '17', 's1-i2-l3', "s1-i2.0-l3'; drop"])(
  'a foreign Last-Event-ID %j starts at the beginning',
  (id) => {
    expect(parsePosition(id)).toEqual(START);
  },
);
