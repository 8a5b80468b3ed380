import { HEADER_BYTES, REQUEST_V4 } from './protocol.js';

/** Builds one request frame, off the hot path. Lengths and numbers are big-endian (native protocol v4, section 3). */
export class BodyWriter {
  private readonly parts: Buffer[] = [];

  byte(value: number): this {
    this.parts.push(Buffer.from([value & 0xff]));
    return this;
  }
  short(value: number): this {
    const part = Buffer.alloc(2);
    part.writeUInt16BE(value & 0xffff);
    this.parts.push(part);
    return this;
  }
  int(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.parts.push(part);
    return this;
  }
  string(text: string): this {
    const bytes = Buffer.from(text);
    return this.short(bytes.length).raw(bytes);
  }
  longString(text: string): this {
    const bytes = Buffer.from(text);
    return this.int(bytes.length).raw(bytes);
  }
  shortBytes(bytes: Uint8Array): this {
    return this.short(bytes.length).raw(bytes);
  }
  /** [bytes]; null is length -1. */
  /** [bytes], or a [value] of the protocol: null is a null, undefined is not set. */
  bytes(bytes: Uint8Array | null | undefined): this {
    if (bytes === undefined) return this.int(-2);
    return bytes === null ? this.int(-1) : this.int(bytes.length).raw(bytes);
  }
  stringMap(map: Readonly<Record<string, string>>): this {
    const entries = Object.entries(map);
    this.short(entries.length);
    for (const [name, value] of entries) this.string(name).string(value);
    return this;
  }
  stringList(list: readonly string[]): this {
    this.short(list.length);
    for (const text of list) this.string(text);
    return this;
  }
  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    return this;
  }

  /** The whole frame, stream id 0: whoever sends it patches bytes 2 and 3. */
  frame(opcode: number): Buffer {
    const body = Buffer.concat(this.parts);
    const frame = Buffer.alloc(HEADER_BYTES + body.length);
    frame[0] = REQUEST_V4;
    frame[4] = opcode;
    frame.writeInt32BE(body.length, 5);
    body.copy(frame, HEADER_BYTES);
    return frame;
  }
}
