import type { CdcColumnType } from '#libs/workloads/cdc/cdc.schema.js';
import { uuidText } from './row-key.js';

const TWO_32 = 4_294_967_296;
const HEX = '0123456789abcdef';
const WORD_CHARS = 8;
/** November 2023: any instant would do. */
const EPOCH_MS = 1_700_000_000_000;
/** An int 1, then the key k1 and a value of eight digits, each behind its length. */
const MAP_BYTES = 22;
const MAP_KEY = 'k1';

function stir(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** 32 bits that follow from what is given: murmur3's finalizer over each in turn. For contents, not for secrets. */
export function mixed(seed: number, key: number, seq: number, place: number): number {
  let word = stir(seed ^ Math.imul(place + 1, 0x9e3779b1));
  word = stir(word ^ (key | 0)) ^ Math.floor(key / TWO_32);
  word = stir(word ^ (seq | 0)) ^ Math.floor(seq / TWO_32);
  return stir(word) >>> 0;
}

/** What decides a cell: the run's seed, the row, its change, and where in the row. */
export interface CellPlace {
  seed: number;
  key: number;
  seq: number;
  column: number;
}

/** Words of one cell are drawn from places that no other column has. */
const word = ({ seed, key, seq, column }: CellPlace, index: number): number =>
  mixed(seed, key, seq, column * 16_384 + index);

/** One type of column: its bytes in CQL, its text, and how PostgreSQL is asked for the same text. */
export interface ValueType {
  cql: string;
  sink: string;
  bytes(sizeBytes: number): number;
  /** Writes CQL's form. Hot: nothing is allocated. */
  write(out: Buffer, at: number, place: CellPlace, sizeBytes: number): void;
  text(place: CellPlace, sizeBytes: number): string;
  /** An expression that answers a text. */
  select(column: string): string;
  /** What was answered, in the form of `text`. */
  read(found: string): string;
  /** CQL's form as a text that PostgreSQL takes for this type. */
  sinkText(bytes: Buffer): string;
}

const same = (found: string): string => found;
const asText = (column: string): string => `${column}::text`;
const bigintOf = (place: CellPlace): number => word(place, 0) * 1_048_576 + (word(place, 1) >>> 12);
const doubleOf = (place: CellPlace): number => word(place, 0) / 100;
const instantOf = (place: CellPlace): number => EPOCH_MS + word(place, 0);
const hex8 = (value: number): string => value.toString(16).padStart(WORD_CHARS, '0');

/** A whole number as a CQL bigint: two halves, since 64 bits do not fit a JavaScript integer operation. */
export function writeBigint(out: Buffer, at: number, value: number): void {
  out.writeInt32BE(Math.floor(value / TWO_32), at);
  out.writeUInt32BE(value >>> 0, at + 4);
}

function writeHex(out: Buffer, at: number, value: number, chars: number): void {
  for (let index = 0; index < chars; index++)
    out[at + index] = HEX.charCodeAt((value >>> (4 * (WORD_CHARS - 1 - index))) & 15);
}

function hexText(place: CellPlace, sizeBytes: number): string {
  let text = '';
  for (let index = 0; text.length < sizeBytes; index++) text += hex8(word(place, index));
  return text.slice(0, sizeBytes);
}

function uuidBytes(place: CellPlace): Buffer {
  const bytes = Buffer.alloc(16);
  for (let part = 0; part < 4; part++) bytes.writeUInt32BE(word(place, part), part * 4);
  return bytes;
}

/** How each type is written, told and asked for. */
export const VALUE_TYPES: { readonly [T in CdcColumnType]: ValueType } = {
  text: {
    cql: 'text',
    sink: 'text',
    bytes: (sizeBytes) => sizeBytes,
    write(out, at, place, sizeBytes) {
      for (let done = 0; done < sizeBytes; done += WORD_CHARS)
        writeHex(out, at + done, word(place, done / WORD_CHARS), Math.min(WORD_CHARS, sizeBytes - done));
    },
    text: hexText,
    select: asText,
    read: same,
    sinkText: (bytes) => bytes.toString('utf8'),
  },
  int: {
    cql: 'int',
    sink: 'integer',
    bytes: () => 4,
    write: (out, at, place) => void out.writeInt32BE(word(place, 0) | 0, at),
    text: (place) => String(word(place, 0) | 0),
    select: asText,
    read: same,
    sinkText: (bytes) => String(bytes.readInt32BE()),
  },
  bigint: {
    cql: 'bigint',
    sink: 'bigint',
    bytes: () => 8,
    write: (out, at, place) => writeBigint(out, at, bigintOf(place)),
    text: (place) => String(bigintOf(place)),
    select: asText,
    read: same,
    sinkText: (bytes) => String(bytes.readBigInt64BE()),
  },
  double: {
    cql: 'double',
    sink: 'double precision',
    bytes: () => 8,
    write: (out, at, place) => void out.writeDoubleBE(doubleOf(place), at),
    text: (place) => String(doubleOf(place)),
    select: asText,
    // A numeric column answers 1.50 for 1.5.
    read: (found) => String(Number(found)),
    sinkText: (bytes) => String(bytes.readDoubleBE()),
  },
  boolean: {
    cql: 'boolean',
    sink: 'boolean',
    bytes: () => 1,
    write: (out, at, place) => void out.writeUInt8(word(place, 0) & 1, at),
    text: (place) => String((word(place, 0) & 1) === 1),
    select: asText,
    read: same,
    sinkText: (bytes) => String(bytes[0] === 1),
  },
  timestamp: {
    cql: 'timestamp',
    sink: 'timestamptz',
    bytes: () => 8,
    write: (out, at, place) => writeBigint(out, at, instantOf(place)),
    text: (place) => String(instantOf(place)),
    select: (column) => `round(extract(epoch from ${column}) * 1000)::bigint::text`,
    read: same,
    sinkText: (bytes) => new Date(Number(bytes.readBigInt64BE())).toISOString(),
  },
  uuid: {
    cql: 'uuid',
    sink: 'uuid',
    bytes: () => 16,
    write(out, at, place) {
      for (let part = 0; part < 4; part++) out.writeUInt32BE(word(place, part), at + part * 4);
    },
    text: (place) => uuidText(uuidBytes(place)),
    select: asText,
    read: same,
    sinkText: uuidText,
  },
  map: {
    cql: 'map<text, text>',
    sink: 'jsonb',
    bytes: () => MAP_BYTES,
    write(out, at, place) {
      out.writeInt32BE(1, at);
      out.writeInt32BE(MAP_KEY.length, at + 4);
      out[at + 8] = 0x6b;
      out[at + 9] = 0x31;
      out.writeInt32BE(WORD_CHARS, at + 10);
      writeHex(out, at + 14, word(place, 0), WORD_CHARS);
    },
    text: (place) => JSON.stringify({ [MAP_KEY]: hex8(word(place, 0)) }),
    select: asText,
    read: (found) => JSON.stringify(JSON.parse(found)),
    sinkText: mapJson,
  },
};

/** A CQL map of texts as JSON. */
function mapJson(bytes: Buffer): string {
  const entries: [string, string][] = [];
  let at = 4;
  const next = (): string => {
    const length = bytes.readInt32BE(at);
    at += 4 + length;
    return bytes.toString('utf8', at - length, at);
  };
  for (let left = bytes.readInt32BE(0); left > 0; left--) entries.push([next(), next()]);
  return JSON.stringify(Object.fromEntries(entries));
}
