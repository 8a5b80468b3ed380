import { describe, expect, it } from 'vitest';
import { fullPath, innerPath, parseConnectString } from './connect-string.js';

describe('a connect string', () => {
  it('has servers, with or without ports, and a chroot', () => {
    expect(parseConnectString('a:1, b ,[::1]:3/x/y')).toEqual({
      servers: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2181 },
        { host: '::1', port: 3 },
      ],
      chroot: '/x/y',
    });
    expect(parseConnectString('a/').chroot).toBe('');
  });

  it('is refused with every problem at once', () => {
    expect(() => parseConnectString('a:0,,b:70000,c d/x//y')).toThrow(
      /port from 1 to 65535, found 'a:0'.*found ''.*found 'b:70000'.*found 'c d'.*chroot '\/x\/\/y'.*no empty name/,
    );
  });
});

describe('paths below a chroot', () => {
  it('are prefixed, and shown without the prefix', () => {
    const pairs = [
      ['', '/', '/'],
      ['', '/a', '/a'],
      ['/x', '/', '/x'],
      ['/x', '/a/b', '/x/a/b'],
    ] as const;
    for (const [chroot, inner, full] of pairs) {
      expect(fullPath(chroot, inner)).toBe(full);
      expect(innerPath(chroot, full)).toBe(inner);
    }
  });

  it('are refused when they are none', () => {
    for (const path of ['', 'a', '/a/', '//', '/a//b', '/a/../b', '/a/.', '/a\0'])
      expect(() => fullPath('', path), JSON.stringify(path)).toThrow(RangeError);
  });
});
