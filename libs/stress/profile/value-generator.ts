import { CodedError } from '#libs/contract/coded-error.js';
import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import { FasterRandom } from '../faster-random.js';
import type { SeededDistribution } from '../seeded-distribution.js';
import type { Seed64 } from '../seed64.js';
import type { CqlType } from './cql-type.js';

/** What a generator of values draws from. */
export interface ValueSources {
  identity: SeededDistribution;
  size: SeededDistribution;
  random: FasterRandom;
}

/** One value: CQL binary, and how Java folds the value into the seed of what depends on it. */
export interface GeneratedValue {
  bytes: Buffer;
  fold(seed: Seed64): void;
}

/** Draws one value; element types draw from `inner`. */
type Draw = (sources: ValueSources, inner: readonly (() => GeneratedValue)[]) => GeneratedValue;

interface Kind {
  draw: Draw;
  /** Identity when the profile names none; uniform(1..100B) otherwise. */
  identity?: Distribution;
}

const FIFTY_YEARS_MS = 50 * 365 * 24 * 60 * 60 * 1000;
const TWO_32 = 2 ** 32;
/** 100-nanosecond intervals between 1582-10-15 and 1970-01-01, in milliseconds. */
const GREGORIAN_MS = 12_219_292_800_000;

const bytesValue = (bytes: Buffer): GeneratedValue => ({ bytes, fold: (seed) => seed.foldBytes(bytes) });
const numberValue = (bytes: Buffer, value: number): GeneratedValue => ({
  bytes,
  fold: (seed) => seed.foldWhole(Math.trunc(value)),
});

/** A whole number in `size` bytes, cut as Java's casts cut. */
function integer(value: number, size: number): GeneratedValue {
  const bytes = Buffer.alloc(size);
  const high = Math.floor(value / TWO_32) | 0;
  const low = value | 0;
  if (size === 8) bytes.writeInt32BE(high, 0);
  if (size >= 4) bytes.writeInt32BE(low, size - 4);
  if (size === 2) bytes.writeInt16BE((low << 16) >> 16);
  if (size === 1) bytes.writeInt8((low << 24) >> 24);
  const cut = size === 8 ? value : bytes.readIntBE(0, size);
  return numberValue(bytes, cut);
}

const whole =
  (size: number): Draw =>
  ({ identity }) =>
    integer(identity.next(), size);

/** Two's complement in as few bytes as hold it. */
function varint(value: number): Buffer {
  let hex = BigInt.asUintN(72, BigInt(value)).toString(16).padStart(18, '0');
  while (hex.length > 2 && /^(00[0-7]|ff[89a-f])/.test(hex)) hex = hex.slice(2);
  return Buffer.from(hex, 'hex');
}

function seededSize({ identity, size, random }: ValueSources): Buffer {
  const seed = identity.next();
  const high = Math.floor(seed / TWO_32) | 0;
  const low = seed | 0;
  size.setSeed(high, low);
  random.setSeed(~high, ~low);
  return Buffer.alloc(Math.max(0, size.next()));
}

/** Characters 0 to 127: seven bits of each byte, 32 further on. */
const text: Draw = (sources) => {
  const bytes = seededSize(sources);
  sources.random.fill(bytes);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (((bytes[at] ?? 0) & 127) + 32) & 127;
  return bytesValue(bytes);
};
const blob: Draw = (sources) => {
  const bytes = seededSize(sources);
  sources.random.fill(bytes);
  return bytesValue(bytes);
};
const uuid: Draw = ({ identity }) => {
  const half = integer(identity.next(), 8).bytes;
  // Most and least significant half are equal, so what Java folds in is their exclusive or: nothing.
  return { bytes: Buffer.concat([half, half]), fold: (seed) => seed.foldWhole(0) };
};
const timeuuid: Draw = ({ identity }) => {
  const ticks = (BigInt(identity.next()) + BigInt(GREGORIAN_MS)) * 10_000n;
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(Number(ticks & 0xffffffffn), 0);
  bytes.writeUInt16BE(Number((ticks >> 32n) & 0xffffn), 4);
  bytes.writeUInt16BE(Number((ticks >> 48n) & 0x0fffn) | 0x1000, 6);
  // The original has clock sequence and node of the machine that it runs on here.
  bytes.writeUInt16BE(0x8000, 8);
  return {
    bytes,
    fold: (seed) =>
      seed.fold(bytes.readInt32BE(0) ^ bytes.readInt32BE(8), bytes.readInt32BE(4) ^ bytes.readInt32BE(12)),
  };
};
const inet: Draw = ({ identity }) => bytesValue(integer(identity.next(), 4).bytes);

/** [int count] and [bytes] for each element (native protocol v4, section 6). */
function collection(elements: readonly Buffer[], count: number): Buffer {
  const parts: Buffer[] = [integer(count, 4).bytes];
  for (const element of elements) parts.push(integer(element.length, 4).bytes, element);
  return Buffer.concat(parts);
}
const list: Draw = ({ size }, [element]) => {
  const elements = Array.from({ length: size.next() }, () => element?.().bytes ?? Buffer.alloc(0));
  return bytesValue(collection(elements, elements.length));
};
const set: Draw = ({ size }, [element]) => {
  const drawn = Array.from({ length: size.next() }, () => element?.().bytes ?? Buffer.alloc(0));
  const distinct = [...new Map(drawn.map((bytes) => [bytes.toString('hex'), bytes])).values()];
  return bytesValue(collection(distinct, distinct.length));
};
/** The original has no maps: as many pairs as a list has elements. */
const map: Draw = ({ size }, [key, value]) => {
  const pairs = new Map<string, readonly Buffer[]>();
  for (let left = size.next(); left > 0; left--) {
    const entry = [key?.().bytes ?? Buffer.alloc(0), value?.().bytes ?? Buffer.alloc(0)];
    pairs.set(entry[0]?.toString('hex') ?? '', entry);
  }
  return bytesValue(collection([...pairs.values()].flat(), pairs.size));
};
/** The original has no tuples: each field by its own type. */
const tuple: Draw = (_, fields) => {
  const parts = fields.flatMap((field) => {
    const { bytes } = field();
    return [integer(bytes.length, 4).bytes, bytes];
  });
  return bytesValue(Buffer.concat(parts));
};

/**
 * An unsigned number in one to nine bytes: as many leading ones as bytes follow the first (native protocol v5, section 3,
 * [unsigned vint]).
 */
function unsignedVint(value: bigint): Buffer {
  const bits = value.toString(2).length;
  const more = Math.min(8, Math.ceil(bits / 7) - 1);
  const bytes = Buffer.from(value.toString(16).padStart(2 * (more + 1), '0'), 'hex');
  bytes[0] = (bytes[0] ?? 0) | (0xff & ~(0xff >> more));
  return bytes;
}

/** The original has no durations: months, days and nanoseconds, each zigzag-encoded, all above zero. */
const duration: Draw = ({ identity }) => {
  const value = identity.next();
  const parts = [value % 12, Math.floor(value / 12) % 31, value];
  return bytesValue(Buffer.concat(parts.map((part) => unsignedVint(BigInt(part) * 2n))));
};

const KINDS: Readonly<Record<string, Kind>> = {
  ascii: { draw: text },
  text: { draw: text },
  varchar: { draw: text },
  blob: { draw: blob },
  // The original asks for the remainder by one, so that every boolean is true.
  boolean: {
    draw: ({ identity }) => {
      identity.next();
      return bytesValue(Buffer.from([1]));
    },
  },
  tinyint: { draw: whole(1) },
  smallint: { draw: whole(2) },
  int: { draw: whole(4) },
  bigint: { draw: whole(8) },
  counter: { draw: whole(8) },
  time: { draw: whole(8) },
  // Days since 1970 as an unsigned number with 1970-01-01 in the middle.
  date: {
    draw: ({ identity }) => {
      const { bytes } = integer(identity.next(), 4);
      bytes[0] = (bytes[0] ?? 0) ^ 0x80;
      return bytesValue(bytes);
    },
  },
  timestamp: {
    draw: ({ identity }) => bytesValue(integer(identity.next(), 8).bytes),
    identity: { type: 'uniform', min: 1, max: FIFTY_YEARS_MS },
  },
  double: {
    draw: ({ identity }) => {
      const value = identity.nextDouble();
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return numberValue(bytes, value);
    },
  },
  float: {
    draw: ({ identity }) => {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(identity.nextDouble());
      return numberValue(bytes, bytes.readFloatBE());
    },
  },
  varint: {
    draw: ({ identity }) => {
      const value = identity.next();
      return numberValue(varint(value), value);
    },
  },
  decimal: {
    draw: ({ identity }) => {
      const value = identity.next();
      return numberValue(Buffer.concat([Buffer.alloc(4), varint(value)]), value);
    },
  },
  duration: { draw: duration },
  inet: { draw: inet },
  uuid: { draw: uuid },
  timeuuid: { draw: timeuuid, identity: { type: 'uniform', min: 1, max: FIFTY_YEARS_MS } },
  list: { draw: list },
  set: { draw: set },
  map: { draw: map },
  tuple: { draw: tuple },
};

/** How values of a type are drawn. Throws CodedError VALIDATION_FAILED for one that cannot be generated. */
export function kindOf({ name }: CqlType, column: string): Kind {
  const kind = KINDS[name];
  if (kind === undefined)
    throw new CodedError(
      'VALIDATION_FAILED',
      `column ${column} has type ${name}, for which no values can be generated; expected one of ${Object.keys(KINDS).join(', ')}`,
    );
  return kind;
}
