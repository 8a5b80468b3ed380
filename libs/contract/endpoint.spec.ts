import { describe, expect, it } from 'vitest';
import { formatEndpoint, parseEndpoint } from './endpoint.js';

describe('a contact point', () => {
  it.each([
    ['db.example', 'db.example:9042'],
    ['DB.Example:19042', 'db.example:19042'],
    ['127.0.0.1', '127.0.0.1:9042'],
    ['127.0.0.1:9043', '127.0.0.1:9043'],
    ['::1', '[::1]:9042'],
    ['[::1]', '[::1]:9042'],
    ['[2001:DB8::1]:9043', '[2001:db8::1]:9043'],
  ])('%s is %s', (text, expected) => {
    const endpoint = parseEndpoint(text, 9042);
    expect(endpoint && formatEndpoint(endpoint)).toBe(expected);
  });

  it.each(['', 'http://db', 'db:0', 'db:65536', 'db:x', '[db]:9042', 'a b', 'user@db'])('%j is none', (text) => {
    expect(parseEndpoint(text, 9042)).toBeUndefined();
  });
});
