import { describe, expect, it } from 'vitest';
import { cutShellWords, Misread, readGoBoolean, readGoDurationMs, readGoFlags, readGoInteger } from './go-flags.js';

const said = (value: unknown): unknown => (value instanceof Misread ? value.message : value);

describe('cutShellWords', () => {
  it.each([
    ['-a  b\t-c=d', ['-a', 'b', '-c=d']],
    [`-x "USING TTL 60" -y='a b'`, ['-x', 'USING TTL 60', '-y=a b']],
    [String.raw`-x=a\ b "q\"r" '' \-`, ['-x=a b', 'q"r', '', '-']],
    ['', []],
  ])('cuts %s', (line, words) => {
    expect(cutShellWords(line)).toEqual(words);
  });

  it.each(['-x "open', "-x 'open", 'end\\'])('knows that %s is not closed', (line) => {
    expect(cutShellWords(line)).toBeUndefined();
  });
});

describe('readGoFlags', () => {
  const read = (words: string[]) => {
    const strays: (string | undefined)[][] = [];
    const flags = readGoFlags(
      words,
      (name) => ({ bool: true, int: false })[name],
      (...stray) => strays.push(stray),
    );
    return { flags, strays };
  };

  it('takes one dash or two, = or a blank, and a value that starts with a dash', () => {
    expect(read(['-int', '-5', '--int=6', '-bool', '--bool=false', '-int='])).toEqual({
      flags: [
        { name: 'int', value: '-5' },
        { name: 'int', value: '6' },
        { name: 'bool', value: undefined },
        { name: 'bool', value: 'false' },
        { name: 'int', value: '' },
      ],
      strays: [],
    });
  });

  it('reports the word after a boolean and goes on reading', () => {
    expect(read(['-bool', 'true', '-int', '1', '--', '-int'])).toEqual({
      flags: [
        { name: 'bool', value: undefined },
        { name: 'int', value: '1' },
        { name: 'int', value: undefined },
      ],
      strays: [
        ['true', '-bool'],
        ['--', '1'],
      ],
    });
  });

  it('gives an unknown flag its value, so that one mistake is one problem', () => {
    expect(read(['-what', 'x', '-why', '-int', '1'])).toEqual({
      flags: [
        { name: 'what', value: 'x' },
        { name: 'why', value: undefined },
        { name: 'int', value: '1' },
      ],
      strays: [],
    });
  });
});

describe('values', () => {
  it.each([
    ['10', 10],
    ['-3', -3],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0b101', 5],
    ['017', 15],
    ['1e3', 'expected a whole number, found 1e3'],
    ['', 'expected a whole number, found '],
    [undefined, 'expected a whole number, found nothing'],
    ['9007199254740992', 'expected a whole number below 2^53, found 9007199254740992'],
  ])('reads the integer %s', (text, value) => {
    expect(said(readGoInteger(text))).toBe(value);
  });

  it.each([
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['1h1m1s1ms', 3_661_001],
    ['500us500000ns', 1],
    ['.5s', 500],
    ['0', 0],
    ['90', 'expected a duration with its unit, such as 90s, found 90'],
    ['1us', 'expected whole milliseconds, found 1us'],
    ['-5s', 'expected a duration such as 1m30s, found -5s'],
    ['5 s', 'expected a duration such as 1m30s, found 5 s'],
  ])('reads the duration %s in milliseconds', (text, value) => {
    expect(said(readGoDurationMs(text))).toBe(value);
  });

  it('reads booleans, a bare flag being true', () => {
    expect([undefined, 'T', '1', 'False', '0'].map((text) => said(readGoBoolean(text)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(said(readGoBoolean('yes'))).toBe('expected true or false, found yes');
  });
});
