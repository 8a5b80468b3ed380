import { protocolError } from '../cql-error.js';

/** Reads the primitives of one request body in place. Reading past the body's end is a protocol error. */
export class RequestReader {
  buffer: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;

  reset(buffer: Buffer, start: number, end: number): this {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
    return this;
  }

  /** Moves on by `bytes` and says where they began. */
  take(bytes: number): number {
    const at = this.at;
    this.at = at + bytes;
    if (bytes < 0 || this.at > this.end) throw protocolError('Truncated request body');
    return at;
  }

  byte(): number {
    return this.buffer.readUInt8(this.take(1));
  }

  uint16(): number {
    return this.buffer.readUInt16BE(this.take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  /** A 64-bit integer as a double: exact up to 2^53, which write times in microseconds stay below until 2255. */
  long(): number {
    const at = this.take(8);
    return this.buffer.readInt32BE(at) * 4_294_967_296 + this.buffer.readUInt32BE(at + 4);
  }

  latin1(bytes: number): string {
    const at = this.take(bytes);
    return this.buffer.toString('latin1', at, at + bytes);
  }

  string(): string {
    const bytes = this.uint16();
    const at = this.take(bytes);
    return this.buffer.toString('utf8', at, at + bytes);
  }

  longString(): string {
    const bytes = this.int32();
    const at = this.take(bytes);
    return this.buffer.toString('utf8', at, at + bytes);
  }

  /** [bytes] as latin1; null for a negative length. */
  bytes(): string | null {
    const bytes = this.int32();
    return bytes < 0 ? null : this.latin1(bytes);
  }

  stringList(): string[] {
    return Array.from({ length: this.uint16() }, () => this.string());
  }

  stringMap(): Map<string, string> {
    const entries = new Map<string, string>();
    for (let left = this.uint16(); left > 0; left--) entries.set(this.string(), this.string());
    return entries;
  }
}
