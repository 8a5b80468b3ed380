import { describe, expect, it } from 'vitest';
import { parseCqlType } from '#libs/stress/profile/cql-type.js';
import { sameValue } from './same-value.js';

const collection = (...elements: string[]) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, elements.length]),
    ...elements.flatMap((element) => [Buffer.from([0, 0, 0, element.length]), Buffer.from(element)]),
  ]);

describe('sameValue', () => {
  it.each([
    ['text', Buffer.from('a'), Buffer.from('a'), true],
    ['text', Buffer.from('a'), Buffer.from('b'), false],
    ['text', null, null, true],
    ['text', null, Buffer.from('b'), false],
    ['text', Buffer.from('a'), null, false],
    ['text', Buffer.alloc(0), null, false],
    ['set<text>', collection('b', 'a', 'b'), collection('a', 'b'), true],
    ['set<text>', collection('b', 'a'), collection('a', 'c'), false],
    ['set<text>', collection(), null, true],
    ['set<text>', collection('a'), null, false],
    ['map<text, text>', collection('k', '1', 'j', '2', 'k', '3'), collection('j', '2', 'k', '3'), true],
    ['map<text, text>', collection('k', '1'), collection('k', '2'), false],
    ['list<text>', collection('a'), collection('a', 'a'), true],
    ['list<text>', collection('a'), null, false],
    ['counter', Buffer.from([1]), Buffer.from([9]), true],
  ])('%s written %o read %o: %s', (type, expected, found, same) => {
    expect(sameValue(parseCqlType(type), expected, found)).toBe(same);
  });
});
