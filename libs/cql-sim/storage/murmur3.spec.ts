import { describe, expect, it } from 'vitest';
import { tokenOf } from './murmur3.js';

describe('tokenOf', () => {
  // Vectors of the scylla python-driver, and the last two from cassandra-driver's own tokenizer.
  it.each([
    ['a', -8839064797231613815n],
    ['b', 8833996863197925870n],
    ['c', -8198557465434950441n],
    ['e', -4200008757497435756n],
    ['100000', 2739050094959918959n],
  ])('gives the token of %j', (key, token) => {
    expect(tokenOf(key)).toBe(token);
  });
});
