import { expect, it } from 'vitest';
import { bodyHash } from './body-hash.js';

it('a body hash does not depend on the order of fields, but on their values, on the order of lists and on the key', () => {
  const key = Buffer.from('key');
  const hash = bodyHash({ a: 1, b: { c: [1, 2], d: 'x' } }, key);
  expect(bodyHash({ b: { d: 'x', c: [1, 2] }, a: 1 }, key)).toBe(hash);
  expect(bodyHash({ a: 1, b: { c: [2, 1], d: 'x' } }, key)).not.toBe(hash);
  expect(bodyHash({ a: 2, b: { c: [1, 2], d: 'x' } }, key)).not.toBe(hash);
  expect(bodyHash({ a: 1, b: { c: [1, 2], d: 'x' } }, Buffer.from('other'))).not.toBe(hash);
});
