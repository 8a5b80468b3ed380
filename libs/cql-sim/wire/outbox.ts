import { HEADER_BYTES, RESPONSE_V4 } from '#libs/cql/protocol.js';

const START_BYTES = 64 * 1024;
/** A buffer that one large answer grew is given back after it was sent. */
const KEEP_BYTES = 4 * 1024 * 1024;

/** Answers of one connection on their way out, gathered so that all answers to one read leave in one write. */
export class Outbox {
  private buffer = Buffer.allocUnsafe(START_BYTES);
  private frameAt = 0;
  length = 0;

  private need(bytes: number): void {
    const wanted = this.length + bytes;
    if (wanted <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(wanted, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  /** Opens a response frame; its length is filled in by `end`. */
  begin(stream: number, opcode: number): void {
    this.need(HEADER_BYTES);
    this.frameAt = this.length;
    const { buffer, length } = this;
    buffer[length] = RESPONSE_V4;
    buffer[length + 1] = 0;
    buffer[length + 2] = (stream >> 8) & 0xff;
    buffer[length + 3] = stream & 0xff;
    buffer[length + 4] = opcode;
    this.length += HEADER_BYTES;
  }

  end(): void {
    this.buffer.writeInt32BE(this.length - this.frameAt - HEADER_BYTES, this.frameAt + 5);
  }

  /** Changes the opcode of the open frame. */
  setOpcode(opcode: number): void {
    this.buffer[this.frameAt + 4] = opcode;
  }

  /** Sets a flag of the open frame's header. */
  setFlag(flag: number): void {
    this.buffer[this.frameAt + 1] = (this.buffer[this.frameAt + 1] ?? 0) | flag;
  }

  /** Forgets everything written after `length`. */
  truncate(length: number): void {
    this.length = length;
  }

  /** Cuts out what was written after `start`: a copy that is sent later. */
  cut(start: number): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(start, this.length));
    this.length = start;
    return bytes;
  }

  /** A whole frame made earlier; only its stream id is set anew. */
  frame(bytes: Buffer, stream: number): void {
    this.need(bytes.length);
    this.frameAt = this.length;
    const { buffer, length } = this;
    // Copying a short frame byte by byte is cheaper than a call into the runtime.
    if (bytes.length < 32) for (let i = 0; i < bytes.length; i++) buffer[length + i] = bytes[i] ?? 0;
    else bytes.copy(buffer, length);
    buffer[length + 2] = (stream >> 8) & 0xff;
    buffer[length + 3] = stream & 0xff;
    this.length += bytes.length;
  }

  byte(value: number): void {
    this.need(1);
    this.buffer[this.length++] = value;
  }

  uint16(value: number): void {
    this.need(2);
    this.buffer[this.length++] = (value >> 8) & 0xff;
    this.buffer[this.length++] = value & 0xff;
  }

  int32(value: number): void {
    this.need(4);
    this.buffer.writeInt32BE(value, this.length);
    this.length += 4;
  }

  raw(bytes: Buffer): void {
    this.need(bytes.length);
    bytes.copy(this.buffer, this.length);
    this.length += bytes.length;
  }

  string(text: string): void {
    const bytes = Buffer.byteLength(text);
    this.uint16(bytes);
    this.need(bytes);
    this.length += this.buffer.write(text, this.length, bytes, 'utf8');
  }

  /** [bytes]: `latin1` holds one byte in each character; null is length -1. */
  value(latin1: string | null): void {
    if (latin1 === null) return this.int32(-1);
    const bytes = latin1.length;
    this.need(bytes + 4);
    this.buffer.writeInt32BE(bytes, this.length);
    this.buffer.write(latin1, this.length + 4, bytes, 'latin1');
    this.length += bytes + 4;
  }

  /** [short bytes]. */
  shortBytes(bytes: Buffer): void {
    this.uint16(bytes.length);
    this.raw(bytes);
  }

  /** Everything gathered so far. Valid until the next write into this outbox. */
  gathered(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** After the bytes were handed out: `reusable` says that nobody holds them any more. */
  clear(reusable: boolean): void {
    if (!reusable || this.buffer.length > KEEP_BYTES) this.buffer = Buffer.allocUnsafe(START_BYTES);
    this.length = 0;
    this.frameAt = 0;
  }
}
