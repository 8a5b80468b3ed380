import { SOAK_COLUMNS } from './soak-columns.js';

const UUID_BYTES = 16;
const LENGTH_BYTES = 4;
const TWO_32 = 2 ** 32;
/** 2024-01-01T00:00:00Z: rows are the same whenever they are written. */
const BASE_MS = 1_704_067_200_000;
const DAY_S = 86_400;
const MS_PER_S = 1_000;

/** Where each of them is in one piece of bytes, so that a name is copied and nothing is made. */
const FIRST_NAMES = bytesOf(
  'Alex Sam Jordan Taylor Riley Casey Morgan Avery Quinn Jamie Chris Jesse Dana Robin Kendall Cameron Lee Drew Shawn Elliot',
);
const LAST_NAMES = bytesOf(
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin',
);
/** 62 letters and digits, and blanks for the rest of six bits. */
const ALPHABET = Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789  ');
const CHARS_PER_WORD = 5;

const JSON_HEAD = Buffer.from('{"version":1,"flags":{"active":');
const JSON_BETA = Buffer.from(',"beta":');
const JSON_SCORE = Buffer.from('},"score":');
const JSON_TAGS = Buffer.from(',"tags":[');
const JSON_END = Buffer.from(']}');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const MOST_SCORE = 1_000_000;
const MOST_TAGS = 5;
const MOST_TAG_CHARS = 12;
const MOST_INT = 10_000;
const INTS = 5;
const MOST_TEXT_CHARS = 250;
const TEXTS = 5;
const LONGEST_JSON = 160;
const LONGEST_NAME = 16;

/** Bytes of a row's values with their lengths, at most. */
export const MOST_ROW_BYTES =
  UUID_BYTES +
  2 * 8 +
  2 * LONGEST_NAME +
  LONGEST_JSON +
  INTS * 4 +
  TEXTS * MOST_TEXT_CHARS +
  SOAK_COLUMNS.length * LENGTH_BYTES;

function bytesOf(words: string): readonly Buffer[] {
  return words.split(' ').map((word) => Buffer.from(word));
}

/**
 * The rows of a soak run, each by its number: key and values follow from number and seed, so that whoever reads a row
 * knows what it has to be. Values are made as the original makes them; nothing is allocated.
 */
export class SoakRows {
  private readonly maskHigh: number;
  private readonly maskLow: number;
  private readonly salt: number;
  private state = 0;

  constructor(seed: number) {
    this.salt = mixed((seed ^ Math.floor(seed / TWO_32)) | 0);
    this.maskHigh = mixed(this.salt ^ 0x243f6a88);
    this.maskLow = mixed(this.salt ^ 0x13198a2e);
  }

  /**
   * Writes the row's key, 16 bytes: a version 4 UUID that no other number has with this seed, for its second half holds
   * the number.
   */
  writeKey(number: number, out: Buffer, at: number): void {
    const high = Math.floor(number / TWO_32);
    const low = low32(number);
    const hash = mixed(mixed(low ^ this.salt) ^ high);
    out.writeInt32BE(hash, at);
    out.writeInt32BE((mixed(hash ^ this.salt) & 0xffff0fff) | 0x4000, at + 4);
    out.writeInt32BE(((high ^ this.maskHigh) & 0x3fffffff) | 0x80000000, at + 8);
    out.writeInt32BE(low ^ this.maskLow, at + 12);
  }

  /** Writes every value with its length before it, in the order of the columns; answers where they end. */
  write(number: number, out: Buffer, start: number): number {
    this.state = mixed(mixed(low32(number) ^ this.salt) + Math.floor(number / TWO_32));
    let at = out.writeInt32BE(UUID_BYTES, start);
    this.writeKey(number, out, at);
    at += UUID_BYTES;
    const createdMs = BASE_MS - this.upTo(DAY_S) * MS_PER_S;
    at = writeTimestamp(createdMs, out, at);
    at = writeTimestamp(createdMs + this.upTo(DAY_S) * MS_PER_S, out, at);
    at = this.writeName(FIRST_NAMES, out, at);
    at = this.writeName(LAST_NAMES, out, at);
    at = this.writeJson(out, at);
    for (let index = 0; index < INTS; index++) {
      at = out.writeInt32BE(4, at);
      at = out.writeInt32BE(this.upTo(2 * MOST_INT) - MOST_INT, at);
    }
    for (let index = 0; index < TEXTS; index++) {
      // As in the original, which draws a length of a length.
      const length = this.upTo(this.upTo(MOST_TEXT_CHARS));
      at = out.writeInt32BE(length, at);
      at = this.writeText(length, out, at);
    }
    return at;
  }

  private writeName(names: readonly Buffer[], out: Buffer, at: number): number {
    const name = names[this.upTo(names.length - 1)] ?? TRUE;
    const from = out.writeInt32BE(name.length, at);
    return from + name.copy(out, from);
  }

  private writeJson(out: Buffer, start: number): number {
    let at = start + LENGTH_BYTES;
    const flags = this.word();
    at += JSON_HEAD.copy(out, at);
    at += ((flags & 1) === 1 ? TRUE : FALSE).copy(out, at);
    at += JSON_BETA.copy(out, at);
    at += ((flags & 2) === 2 ? TRUE : FALSE).copy(out, at);
    at += JSON_SCORE.copy(out, at);
    at = writeDecimal(this.upTo(MOST_SCORE), out, at);
    at += JSON_TAGS.copy(out, at);
    const tags = this.upTo(MOST_TAGS);
    for (let index = 0; index < tags; index++) {
      if (index > 0) out[at++] = 0x2c;
      out[at++] = 0x22;
      at = this.writeText(this.upTo(this.upTo(MOST_TAG_CHARS)), out, at);
      out[at++] = 0x22;
    }
    at += JSON_END.copy(out, at);
    out.writeInt32BE(at - start - LENGTH_BYTES, start);
    return at;
  }

  private writeText(length: number, out: Buffer, start: number): number {
    const end = start + length;
    let word = 0;
    for (let at = start, left = 0; at < end; at++, left--) {
      if (left === 0) {
        word = this.word();
        left = CHARS_PER_WORD;
      }
      out[at] = ALPHABET[word & 63] ?? 0x20;
      word >>>= 6;
    }
    return end;
  }

  /** A whole number from 0 to `most`. */
  private upTo(most: number): number {
    return Math.floor(((this.word() >>> 0) * (most + 1)) / TWO_32);
  }

  /** 32 bits: mulberry32 (Tommy Ettinger, public domain). */
  private word(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    const { state } = this;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return word ^ (word >>> 14);
  }
}

const low32 = (number: number): number => (number % TWO_32) | 0;

/** Spreads 32 bits over 32 bits, one to one: the finalizer of MurmurHash3 (Austin Appleby, public domain). */
function mixed(value: number): number {
  let word = value;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function writeTimestamp(ms: number, out: Buffer, start: number): number {
  const at = out.writeInt32BE(8, start);
  out.writeInt32BE(Math.floor(ms / TWO_32), at);
  return out.writeInt32BE(low32(ms), at + 4);
}

function writeDecimal(value: number, out: Buffer, start: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  let rest = value;
  for (let at = start + digits - 1; at >= start; at--) {
    out[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return start + digits;
}
