import { crc32c } from './crc32c.js';
import type { RowSize, ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import { Word64 } from './word64.js';

/** The layout of `-validate-data` in scylla-bench 1.x, all numbers with the lowest byte first. */
const HEADER_BYTES = 24;
const CHECKSUM_BYTES = 4;
/** Below this a header is followed by zeros: the older checksum of 32 bytes did not fit, and the boundary was kept. */
const CHECKED_BYTES = 57;

const PK_FACTOR = new Word64().setBigInt(6_364_136_223_846_793_005n);
const CK_FACTOR = new Word64().setBigInt(1_442_695_040_888_963_407n);

type Content = Extract<ScyllaBenchSpec, { mode: 'write' }>['value']['content'];

/** How large the next value is, in bytes. Of min..max the maximum never comes, as in scylla-bench, unless it is the minimum. */
export const sizeOf = (size: RowSize, random: () => number): number =>
  size.type === 'fixed' ? size.bytes : size.min + Math.floor(random() * (size.max - size.min));

/**
 * The bytes of a row's value, byte for byte those of scylla-bench 1.3 for the same keys, size and content. `checked`:
 * - under 24 bytes: one byte of size, then pk xor ck as far as it fits, then zeros;
 * - from 24: size, pk and ck, 8 bytes each, then zeros;
 * - from 57: size, pk and ck, pseudo-random bytes, and their CRC-32C in the last 4.
 * `random` is pseudo-random throughout. One instance per lane: it works without allocation.
 */
export class Payload {
  private readonly state = new Word64();
  private readonly factor = new Word64();
  private readonly scratch = Buffer.alloc(CHECKED_BYTES);
  private readonly views = new WeakMap<ArrayBufferLike, DataView>();

  /** Writes a value of `size` bytes (for `checked` at least 1) at `offset`. */
  write(content: Content, buffer: Buffer, offset: number, size: number, pk: Word64, ck: Word64): void {
    if (content === 'checked') {
      this.writeChecked(buffer, offset, size, pk, ck);
    } else if (content === 'zeros') {
      buffer.fill(0, offset, offset + size);
    } else {
      this.fill(buffer, offset, offset + size, pk, ck);
      // A shorter tail can be all zeros; 8 bytes and more cannot.
      if (size > 0 && size < 8 && isZero(buffer, offset, offset + size)) buffer[offset] = 1;
    }
  }

  /** What is wrong with a `checked` value that was read; undefined when it is what scylla-bench or we wrote. */
  problemWith(buffer: Buffer, offset: number, size: number, pk: Word64, ck: Word64): string | undefined {
    if (size < 1) return 'the value is empty';
    const stored = size < HEADER_BYTES ? buffer.readInt8(offset) : readSize(buffer, offset);
    if (stored !== size) return `the value has ${size} bytes and says ${stored}`;
    if (size < CHECKED_BYTES) {
      this.writeChecked(this.scratch, 0, size, pk, ck);
      const same = buffer.compare(this.scratch, 0, size, offset, offset + size) === 0;
      return same ? undefined : 'the value is not the one that belongs to its keys';
    }
    if (!pk.equalsLE(buffer, offset + 8)) return `the value is of another partition than ${pk.toBigInt()}`;
    if (!ck.equalsLE(buffer, offset + 16)) return `the value is of another clustering key than ${ck.toBigInt()}`;
    const end = offset + size - CHECKSUM_BYTES;
    const isIntact = buffer.readInt32LE(end) === this.checksum(buffer, offset + HEADER_BYTES, end);
    return isIntact ? undefined : 'the checksum in the value does not match its bytes';
  }

  private writeChecked(buffer: Buffer, offset: number, size: number, pk: Word64, ck: Word64): void {
    const end = offset + size;
    if (size < HEADER_BYTES) {
      buffer[offset] = size;
      this.state.copy(pk).xor(ck);
      for (let index = 1; index < size; index++) {
        const word = index <= 4 ? this.state.low : this.state.high;
        buffer[offset + index] = index <= 8 ? (word >>> (8 * ((index - 1) % 4))) & 0xff : 0;
      }
      return;
    }
    this.state.setNumber(size).writeLE(buffer, offset);
    pk.writeLE(buffer, offset + 8);
    ck.writeLE(buffer, offset + 16);
    if (size < CHECKED_BYTES) {
      buffer.fill(0, offset + HEADER_BYTES, end);
      return;
    }
    this.fill(buffer, offset + HEADER_BYTES, end - CHECKSUM_BYTES, pk, ck);
    buffer.writeInt32LE(this.checksum(buffer, offset + HEADER_BYTES, end - CHECKSUM_BYTES), end - CHECKSUM_BYTES);
  }

  private checksum(buffer: Buffer, start: number, end: number): number {
    return crc32c(this.viewOf(buffer), buffer.byteOffset + start, buffer.byteOffset + end);
  }

  /** Words of a xorshift whose state is pk and ck, each times a large odd number. */
  private fill(buffer: Buffer, start: number, end: number, pk: Word64, ck: Word64): void {
    const state = this.state.copy(pk).multiply(PK_FACTOR).xor(this.factor.copy(ck).multiply(CK_FACTOR));
    if (state.isZero) state.setWords(0, 1);
    const view = this.viewOf(buffer);
    const base = buffer.byteOffset;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      state.xorshift();
      view.setInt32(base + at, state.low, true);
      view.setInt32(base + at + 4, state.high, true);
    }
    if (at === end) return;
    state.xorshift();
    for (let index = 0; at < end; index++, at++)
      buffer[at] = ((index < 4 ? state.low : state.high) >>> (8 * (index % 4))) & 0xff;
  }

  /** Over all of the memory that the buffer is a part of. Connections have few of them and keep them, so this seldom allocates. */
  private viewOf({ buffer: memory }: Buffer): DataView {
    let view = this.views.get(memory);
    if (view === undefined) this.views.set(memory, (view = new DataView(memory)));
    return view;
  }
}

const isZero = (buffer: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) if (buffer[at] !== 0) return false;
  return true;
};

const readSize = (buffer: Buffer, offset: number): number =>
  buffer.readInt32LE(offset + 4) * 0x1_0000_0000 + buffer.readUInt32LE(offset);

/**
 * Whether a counter row holds what n updates of it leave behind: each adds ck, ck+1, … ck+4 to c1 … c5. Exact while the
 * counters are below 2^53.
 */
export function countersAddUp(ck: number, c1: number, c2: number, c3: number, c4: number, c5: number): boolean {
  const updates = ck === 0 ? c2 : Math.trunc(c1 / ck);
  const isFirst = c1 === ck * updates;
  return (
    isFirst && c2 === c1 + updates && c3 === c1 + 2 * updates && c4 === c1 + 3 * updates && c5 === c1 + 4 * updates
  );
}
