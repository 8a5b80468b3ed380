import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import type { YcsbKey } from './ycsb-key.js';

const COLON = 58;
const MINUS = 45;
const ZERO = 48;
const LOWEST_PRINTABLE = 32;
/** Characters of 6 bits that one random number of 32 bits gives. */
const PER_WORD = 5;
/** Bytes of a signed 32-bit number in decimal, with a colon before it. */
const HASH_BYTES = 12;

/** Values of fields: printable characters, or such as follow from key and field. Works without allocation. */
export class YcsbValue {
  private readonly text: Buffer;
  private readonly fields: readonly Buffer[];
  private state: number;

  constructor(
    private readonly spec: YcsbSpec,
    private readonly random: () => number,
    fields: readonly string[],
  ) {
    this.fields = fields.map((field) => Buffer.from(`:${field}`));
    const longest = Math.max(...this.fields.map(({ length }) => length));
    this.text = Buffer.alloc(spec.fieldLengthBytes + 128 + longest + HASH_BYTES);
    this.state = (Math.floor(random() * 0xffff_ffff) | 1) >>> 0;
  }

  /** How long the next value is. */
  drawLength(): number {
    const { fieldLengths, fieldLengthBytes: max, minFieldLengthBytes: min } = this.spec;
    return fieldLengths === 'constant' ? max : min + Math.floor(this.random() * (max - min + 1));
  }

  /** Writes `length` bytes for a field of a row. */
  write(out: Buffer, at: number, length: number, key: YcsbKey, field: number): void {
    if (!this.spec.dataIntegrity) {
      this.fill(out, at, length);
      return;
    }
    this.derive(length, key, field);
    this.text.copy(out, at, 0, length);
  }

  /** Whether the bytes are those of the field of this row. */
  matches(buffer: Buffer, at: number, length: number, key: YcsbKey, field: number): boolean {
    const expected = this.spec.fieldLengthBytes;
    if (length !== expected) return false;
    this.derive(expected, key, field);
    return this.text.compare(buffer, at, at + length, 0, length) === 0;
  }

  /** For messages. */
  expected(key: YcsbKey, field: number): string {
    this.derive(this.spec.fieldLengthBytes, key, field);
    return this.text.toString('latin1', 0, this.spec.fieldLengthBytes);
  }

  /** `key:field`, then again and again a colon and the hash (String.hashCode of Java) of all up to that colon. */
  private derive(length: number, key: YcsbKey, field: number): void {
    const { text } = this;
    let at = key.bytes.copy(text, 0, 0, key.length);
    at += this.fields[field]?.copy(text, at) ?? 0;
    let hash = 0;
    let hashed = 0;
    while (at < length) {
      text[at++] = COLON;
      for (; hashed < at; hashed++) hash = (Math.imul(hash, 31) + (text[hashed] ?? 0)) | 0;
      at = writeDecimal(text, at, hash);
    }
  }

  private fill(out: Buffer, start: number, length: number): void {
    let state = this.state;
    const end = start + length;
    for (let at = start; at < end;) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const stop = Math.min(end, at + PER_WORD);
      for (let bits = state; at < stop; bits >>>= 6) out[at++] = LOWEST_PRINTABLE + (bits & 63);
    }
    this.state = state;
  }
}

/** A signed 32-bit number in decimal; answers where it ends. */
function writeDecimal(text: Buffer, start: number, value: number): number {
  let at = start;
  let rest = Math.abs(value);
  if (value < 0) text[at++] = MINUS;
  let power = 1;
  while (power * 10 <= rest) power *= 10;
  for (; power >= 1; power /= 10) {
    const digit = Math.floor(rest / power);
    text[at++] = ZERO + digit;
    rest -= digit * power;
  }
  return at;
}
