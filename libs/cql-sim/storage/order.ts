import type { CqlType, NativeName } from '../lang/cql-type.js';
import { toBuffer, varintOf, type Bytes } from './bytes.js';

/** Negative, zero or positive, as Array.prototype.sort wants it. */
export type Comparator = (left: Bytes, right: Bytes) => number;

const unsigned: Comparator = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

/** Big-endian two's complement of equal length: the sign bit turned over makes it unsigned. */
const signed: Comparator = (left, right) => {
  const difference = (left.charCodeAt(0) ^ 0x80) - (right.charCodeAt(0) ^ 0x80);
  return difference === 0 || Number.isNaN(difference) ? unsigned(left, right) : difference;
};

const by =
  <T extends number | bigint>(value: (bytes: Bytes) => T): Comparator =>
  (left, right) => {
    const [a, b] = [value(left), value(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  };

/** Time of a version 1 UUID: high, middle and low part in that order. */
const uuidTime = (bytes: Bytes): Bytes =>
  String.fromCharCode(bytes.charCodeAt(6) & 0x0f) + bytes.slice(7, 8) + bytes.slice(4, 6) + bytes.slice(0, 4);
const timeuuid: Comparator = (left, right) => unsigned(uuidTime(left), uuidTime(right)) || unsigned(left, right);

const versionOf = (bytes: Bytes): number => bytes.charCodeAt(6) >> 4;
const uuid: Comparator = (left, right) => {
  const difference = versionOf(left) - versionOf(right);
  if (difference !== 0) return difference;
  return versionOf(left) === 1 ? timeuuid(left, right) : unsigned(left, right);
};

const decimal: Comparator = (left, right) => {
  const [a, b] = [left, right].map((bytes) => ({
    scale: toBuffer(bytes.slice(0, 4)).readInt32BE(),
    unscaled: varintOf(bytes.slice(4)),
  }));
  if (!a || !b) return 0;
  const scale = Math.max(a.scale, b.scale);
  const x = a.unscaled * 10n ** BigInt(scale - a.scale);
  const y = b.unscaled * 10n ** BigInt(scale - b.scale);
  return x < y ? -1 : x > y ? 1 : 0;
};

const NATIVE: Record<NativeName, Comparator> = {
  ascii: unsigned,
  bigint: signed,
  blob: unsigned,
  boolean: unsigned,
  counter: signed,
  date: unsigned,
  decimal,
  double: by((bytes) => toBuffer(bytes).readDoubleBE()),
  float: by((bytes) => toBuffer(bytes).readFloatBE()),
  inet: unsigned,
  int: signed,
  smallint: signed,
  text: unsigned,
  time: signed,
  timestamp: signed,
  timeuuid,
  tinyint: signed,
  uuid,
  varint: by(varintOf),
};

/** How serialized values of a type are ordered. Collections and tuples are ordered by their bytes. */
export const comparatorOf = (type: CqlType): Comparator => (type.kind === 'native' ? NATIVE[type.name] : unsigned);

/** Orders rows by their clustering values, of which either may be a prefix. */
export function clusteringComparator(
  columns: readonly { type: CqlType; descending: boolean }[],
): (left: readonly Bytes[], right: readonly Bytes[]) => number {
  const comparators = columns.map(({ type, descending }): Comparator => {
    const compare = comparatorOf(type);
    return descending ? (left, right) => compare(right, left) : compare;
  });
  return (left, right) => {
    const length = Math.min(left.length, right.length);
    for (let i = 0; i < length; i++) {
      const difference = comparators[i]?.(left[i] ?? '', right[i] ?? '') ?? 0;
      if (difference !== 0) return difference;
    }
    return 0;
  };
}
