/** A word of a command line as Go's flag package reads it; `value` is undefined for a bare `-name`. */
export interface GoFlag {
  name: string;
  value: string | undefined;
}

/** Why a text is not what a flag wants: one sentence, `expected …, found …`. */
export class Misread {
  constructor(readonly message: string) {}
}

/**
 * Cuts a command line into words as a POSIX shell does: blanks separate, quotes and backslashes keep together. Undefined
 * when a quote is left open.
 */
export function cutShellWords(line: string): string[] | undefined {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gsy;
  let word: string | undefined;
  let at = 0;
  for (const match of line.matchAll(token)) {
    const [text, single, double, escaped, plain] = match;
    at += text.length;
    const piece = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain;
    if (piece !== undefined) word = (word ?? '') + piece;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  return at === line.length ? words : undefined;
}

/**
 * Reads words by the rules of Go's flag package: `-name value`, `-name=value`, one dash or two; a boolean takes its value only
 * after `=`. Go stops at the first word that is no flag and ignores what follows; here such a word is given to `stray` and
 * reading goes on.
 */
export function readGoFlags(
  words: readonly string[],
  isBoolean: (name: string) => boolean | undefined,
  stray: (word: string, before: string | undefined) => void,
): GoFlag[] {
  const flags: GoFlag[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    if (!match) {
      stray(word, words[index - 1]);
      continue;
    }
    const name = match[1] ?? '';
    const takesNext = match[2] === undefined && takesValue(isBoolean(name), words[index + 1]);
    flags.push({ name, value: takesNext ? words[++index] : match[2] });
  }
  return flags;
}

/** An unknown flag takes the next word only when that is no flag itself, so that one mistake is reported once. */
const takesValue = (boolean: boolean | undefined, next: string | undefined): boolean =>
  next !== undefined && (boolean === undefined ? !next.startsWith('-') : !boolean);

const BOOLEANS = new Map(
  [
    [true, ['1', 't', 'T', 'true', 'TRUE', 'True']],
    [false, ['0', 'f', 'F', 'false', 'FALSE', 'False']],
  ].flatMap(([value, texts]) => (Array.isArray(texts) ? texts.map((text) => [text, value === true] as const) : [])),
);

/** A Go boolean; a bare flag is true. */
export const readGoBoolean = (text: string | undefined): boolean | Misread =>
  text === undefined ? true : (BOOLEANS.get(text) ?? new Misread(`expected true or false, found ${text}`));

/** A Go integer: decimal, 0x, 0o or 0b, with underscores between digits. Beyond 2^53 it is refused. */
export function readGoInteger(text: string | undefined): number | Misread {
  const found = text ?? 'nothing';
  const match = /^([+-]?)(0x[0-9a-f]+(?:_[0-9a-f]+)*|0o[0-7_]+|0b[01_]+|[0-9]+(?:_[0-9]+)*)$/i.exec(found);
  if (!match) return new Misread(`expected a whole number, found ${found}`);
  const digits = (match[2] ?? '').replaceAll('_', '');
  const value = Number(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (!Number.isSafeInteger(value)) return new Misread(`expected a whole number below 2^53, found ${found}`);
  return match[1] === '-' ? -value : value;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3_600e3,
};

/** A Go duration such as `1m30s` or `1.5h`, in milliseconds; parts of a millisecond are refused. */
export function readGoDurationMs(text: string | undefined): number | Misread {
  const found = text ?? 'nothing';
  if (/^[+-]?0$/.test(found)) return 0;
  if (/^\d+(\.\d+)?$/.test(found))
    return new Misread(`expected a duration with its unit, such as ${found}s, found ${found}`);
  if (!/^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(found))
    return new Misread(`expected a duration such as 1m30s, found ${found}`);
  let sumNs = 0;
  for (const [, amount = '', unit = ''] of found.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g))
    sumNs += Math.round(Number(amount) * (UNIT_MS[unit] ?? Number.NaN) * 1e6);
  return sumNs % 1e6 === 0 ? sumNs / 1e6 : new Misread(`expected whole milliseconds, found ${found}`);
}
