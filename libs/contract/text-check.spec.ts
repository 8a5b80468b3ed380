import { expect, it } from 'vitest';
import { nulIssues } from './text-check.js';

it('every text with U+0000 is named with its place, and nothing else', () => {
  const body = { name: 'a\0b', labels: { 'x\0': 'y', z: ['ok', '\0'] }, count: 0, none: null, text: '\u0001' };
  expect(nulIssues(body).map(({ path }) => path)).toEqual(['name', 'labels', 'labels.z[1]']);
  expect(nulIssues('\0')).toEqual([{ path: '', message: expect.stringContaining('U+0000') }]);
  expect(nulIssues({ a: ['b', { c: 1 }] })).toEqual([]);
});
