import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * A serialized CQL value, one byte in each character. Strings of bytes need a third of the memory that Buffers of this
 * size do, compare as unsigned bytes, and are keys of a Map as they are.
 */
export type Bytes = string;

export const fromBuffer = (buffer: Buffer): Bytes => buffer.toString('latin1');
export const toBuffer = (bytes: Bytes): Buffer => Buffer.from(bytes, 'latin1');

export const textBytes = (text: string): Bytes => Buffer.from(text, 'utf8').toString('latin1');
export const booleanBytes = (value: boolean): Bytes => (value ? '\u0001' : '\u0000');

function written(bytes: number, write: (buffer: Buffer) => void): Bytes {
  const buffer = Buffer.allocUnsafe(bytes);
  write(buffer);
  return buffer.toString('latin1');
}

export const int16Bytes = (value: number): Bytes => written(2, (buffer) => buffer.writeInt16BE(value));
export const int32Bytes = (value: number): Bytes => written(4, (buffer) => buffer.writeInt32BE(value));
export const uint32Bytes = (value: number): Bytes => written(4, (buffer) => buffer.writeUInt32BE(value));
export const int64Bytes = (value: bigint): Bytes => written(8, (buffer) => buffer.writeBigInt64BE(value));
export const doubleBytes = (value: number): Bytes => written(8, (buffer) => buffer.writeDoubleBE(value));
export const floatBytes = (value: number): Bytes => written(4, (buffer) => buffer.writeFloatBE(value));

export const int64Of = (bytes: Bytes): bigint => toBuffer(bytes).readBigInt64BE();

/** The shortest two's complement form, as java.math.BigInteger.toByteArray gives it. */
export function varintBytes(value: bigint): Bytes {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0');
  return Buffer.from(hex, 'hex').toString('latin1');
}

export function varintOf(bytes: Bytes): bigint {
  const hex = toBuffer(bytes).toString('hex');
  return hex === '' ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

export const uuidBytes = (text: string): Bytes => Buffer.from(text.replaceAll('-', ''), 'hex').toString('latin1');

/** Offset of the UUID epoch (1582-10-15) from 1970, in 100 ns steps. */
const UUID_EPOCH_STEPS = 122_192_928_000_000_000n;
let timeuuidClock = 0;

/** A version 1 UUID for a wall time; the clock sequence counts, so that no two in a row are equal. */
export const timeuuidBytes = (wallMs: number): Bytes => timeuuidOfMicros(Math.trunc(wallMs) * 1000);

/** The same for epoch microseconds. */
export function timeuuidOfMicros(epochMicros: number): Bytes {
  const steps = BigInt(epochMicros) * 10n + UUID_EPOCH_STEPS;
  const buffer = randomBytes(16);
  timeuuidClock = (timeuuidClock + 1) & 0x3fff;
  buffer.writeUInt32BE(Number(steps & 0xffff_ffffn), 0);
  buffer.writeUInt16BE(Number((steps >> 32n) & 0xffffn), 4);
  buffer.writeUInt16BE(Number((steps >> 48n) & 0x0fffn) | 0x1000, 6);
  buffer.writeUInt16BE(timeuuidClock | 0x8000, 8);
  return buffer.toString('latin1');
}

function inet6Groups(text: string): number[] {
  const parts = text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [part];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
  });
  const gap = parts.indexOf('');
  if (gap < 0) return parts.map((part) => Number.parseInt(part, 16));
  const head = parts.slice(0, gap).filter((part) => part !== '');
  const tail = parts.slice(gap).filter((part) => part !== '');
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((part) => Number.parseInt(part, 16));
}

/** An IPv4 or IPv6 address; null when the text is neither. */
export function inetBytes(text: string): Bytes | null {
  const family = isIP(text);
  if (family === 4) return Buffer.from(text.split('.').map(Number)).toString('latin1');
  if (family === 6) return inet6Groups(text).map(int16BytesUnsigned).join('');
  return null;
}

const int16BytesUnsigned = (value: number): Bytes => written(2, (buffer) => buffer.writeUInt16BE(value));

const sized = (bytes: Bytes): Bytes => int32Bytes(bytes.length) + bytes;

/** A list or a set of serialized elements (protocol v3 and later). */
export const listBytes = (elements: readonly Bytes[]): Bytes =>
  int32Bytes(elements.length) + elements.map(sized).join('');

export const mapBytes = (entries: readonly (readonly [Bytes, Bytes])[]): Bytes =>
  int32Bytes(entries.length) + entries.map(([key, value]) => sized(key) + sized(value)).join('');

export const tupleBytes = (items: readonly (Bytes | null)[]): Bytes =>
  items.map((item) => (item === null ? int32Bytes(-1) : sized(item))).join('');

/** The elements of a list or set; for a map, keys and values in turn (`perEntry` 2). */
export function elementsOf(bytes: Bytes, perEntry = 1): Bytes[] {
  const buffer = toBuffer(bytes);
  const elements: Bytes[] = [];
  let at = 4;
  for (let left = buffer.readInt32BE(0) * perEntry; left > 0; left--) {
    const length = buffer.readInt32BE(at);
    elements.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return elements;
}
