import { seededRandom } from '#libs/load/random.js';
import type { CqlType } from './cql-type.js';
import type { GeneratedValue } from './value-generator.js';

/** `-pop contents=`: how the values of a clustering column follow each other in what is written. */
export type RowOrder = 'sorted' | 'shuffled';

type Compare = (a: Buffer, b: Buffer) => number;

const unsigned: Compare = (a, b) => Buffer.compare(a, b);
const signed: Compare = (a, b) => {
  const [low, high] = [a.readInt8(0), b.readInt8(0)];
  return low - high || unsigned(a, b);
};
/** As many bytes as the number needs: the shorter one is filled up with its sign. */
const varint: Compare = (a, b) => {
  const value = (bytes: Buffer): bigint => BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  const [left, right] = [value(a), value(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** How CQL orders the values of a type; types that are not here keep the order in which they are drawn. */
const ORDERS: Readonly<Record<string, Compare>> = {
  ascii: unsigned,
  text: unsigned,
  varchar: unsigned,
  blob: unsigned,
  inet: unsigned,
  // By version, and by bytes below it.
  uuid: (a, b) => (a.readUInt8(6) >> 4) - (b.readUInt8(6) >> 4) || unsigned(a, b),
  // Unsigned, with 1970 in the middle.
  date: unsigned,
  boolean: unsigned,
  tinyint: signed,
  smallint: signed,
  int: signed,
  bigint: signed,
  time: signed,
  timestamp: signed,
  varint,
  // Generated decimals have no places behind the point, so that the number after the scale decides.
  decimal: (a, b) => varint(a.subarray(4), b.subarray(4)),
  double: (a, b) => a.readDoubleBE(0) - b.readDoubleBE(0),
  float: (a, b) => a.readFloatBE(0) - b.readFloatBE(0),
  // Version 1: the time's high, middle and low part stand in another order.
  timeuuid: (a, b) => unsigned(timeOf(a), timeOf(b)),
};

const timeOf = (uuid: Buffer): Buffer =>
  Buffer.concat([uuid.subarray(6, 8), uuid.subarray(4, 6), uuid.subarray(0, 4), uuid.subarray(8)]);

/** The values in the order in which they are told; `item` seeds the shuffle, so that each partition has its own. */
export function inOrder(
  order: RowOrder | undefined,
  type: CqlType,
  values: readonly GeneratedValue[],
  item: number,
): readonly GeneratedValue[] {
  if (order === undefined || values.length < 2) return values;
  const compare = ORDERS[type.name];
  if (order === 'sorted') return compare ? values.toSorted((a, b) => compare(a.bytes, b.bytes)) : values;
  const random = seededRandom(item);
  const keys = new Map(values.map((value) => [value, random()]));
  return values.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}
