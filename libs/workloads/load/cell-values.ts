import { isIPv4 } from 'node:net';

const MS_PER_DAY = 86_400_000;
/** Beyond it JavaScript knows no dates; CQL goes further, and takes numbers for that. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/;
const WHOLE = /^[+-]?\d{1,19}$/;
const MAX_BIGINT = 2n ** 63n;

/** Days since 1970 of a date that exists. */
export function dateDays(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  // Some engines roll over what does not exist, such as the 31st of April.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : ms / MS_PER_DAY;
}

/** Nanoseconds since midnight. */
export function timeNs(text: string): bigint | undefined {
  const [, hours, minutes, seconds = '0', fraction = ''] = TIME.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const inSeconds = BigInt(hours) * 3600n + BigInt(minutes ?? '0') * 60n + BigInt(seconds);
  return inSeconds * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Milliseconds since 1970 of an instant, or of a number of them; without a zone it is UTC. */
export function timestampMs(text: string): bigint | undefined {
  if (WHOLE.test(text)) {
    const value = BigInt(text.replace('+', ''));
    return value >= -MAX_BIGINT && value < MAX_BIGINT ? value : undefined;
  }
  const [, date, time = '00:00', zone = 'Z'] = INSTANT.exec(text) ?? [];
  if (date === undefined || dateDays(date) === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms);
}

/** A number in two's complement, as few bytes as hold it, the highest first. */
export function wholeBytes(value: bigint): Buffer {
  let bytes = 1;
  while (value < -(2n ** BigInt(8 * bytes - 1)) || value >= 2n ** BigInt(8 * bytes - 1)) bytes++;
  return Buffer.from(
    BigInt.asUintN(8 * bytes, value)
      .toString(16)
      .padStart(2 * bytes, '0'),
    'hex',
  );
}

/** A decimal number as digits and how many of them are behind the point. */
export function unscaled(text: string): { digits: bigint; scale: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [before = '', after = ''] = mantissa.split('.');
  return { digits: BigInt(`${before}${after}`.replace('+', '')), scale: after.length - Number(exponent) };
}

/** The 4 or 16 bytes of an address. */
export function ipBytes(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  // A dotted end is two groups.
  const groups = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = groups.split('%')[0]?.split('::') ?? [];
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const [left, right] = [words(head), words(tail ?? '')];
  const bytes = Buffer.alloc(16);
  for (const [index, word] of left.entries()) bytes.writeUInt16BE(word, 2 * index);
  for (const [index, word] of right.entries()) bytes.writeUInt16BE(word, 16 - 2 * (right.length - index));
  return bytes;
}
