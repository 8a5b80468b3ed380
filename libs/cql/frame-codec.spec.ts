import { describe, expect, it } from 'vitest';
import { compressFrame, decompressFrame, frameCodec, type Compression } from './frame-codec.js';
import { HEADER_BYTES, HEADER_FLAG } from './protocol.js';

function frameOf(body: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame.set([4, 2, 0, 77, 10]);
  frame.writeInt32BE(body.length, 5);
  body.copy(frame, HEADER_BYTES);
  return frame;
}
const repeated = Buffer.from('the same again, '.repeat(100));

describe.each<Compression>(['lz4', 'snappy'])('frames compressed by %s', (compression) => {
  it('come back as they were, other flags included', async () => {
    const codec = await frameCodec(compression);
    const frame = frameOf(repeated);
    const packed = compressFrame(codec, frame);
    expect(packed.length).toBeLessThan(frame.length / 4);
    expect(packed[1]).toBe(2 | HEADER_FLAG.COMPRESSION);
    expect(packed.readInt32BE(5)).toBe(packed.length - HEADER_BYTES);
    const before = Buffer.from(packed);
    expect(decompressFrame(codec, packed)).toEqual(frame);
    expect(packed).toEqual(before);
  });

  it('are left alone where nothing is gained', async () => {
    const codec = await frameCodec(compression);
    const small = frameOf(Buffer.from('aaaa'));
    const noise = frameOf(Buffer.from(Array.from({ length: 256 }, (_, index) => (index * 167) % 256)));
    expect(compressFrame(codec, small)).toBe(small);
    expect(compressFrame(codec, noise)).toBe(noise);
    const empty = frameOf(Buffer.alloc(0));
    empty[1] = HEADER_FLAG.COMPRESSION;
    expect(decompressFrame(codec, empty)[1]).toBe(0);
  });

  it('are refused when they announce more than a frame may have, or are no such thing', async () => {
    const codec = await frameCodec(compression);
    const announced = { lz4: [0x7f, 0xff, 0xff, 0xff, 1, 2], snappy: [0xff, 0xff, 0xff, 0xff, 0x0f, 1] }[compression];
    expect(() => decompressFrame(codec, frameOf(Buffer.from(announced)))).toThrow('found one that announces');
    const packed = compressFrame(codec, frameOf(repeated));
    expect(() => decompressFrame(codec, packed.subarray(0, HEADER_BYTES + 12))).toThrow();
  });
});

it('is what Cassandra makes of a body by LZ4: its size, then the block', async () => {
  const codec = await frameCodec('lz4');
  // Four bytes of size; token 0x1f: one literal, then a match of 15 + 4 bytes and more, one byte back.
  const packed = Buffer.from([0, 0, 0, 32, 0x1f, 0x61, 1, 0, 7, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61]);
  expect(codec.decompress(packed).toString()).toBe('a'.repeat(32));
});
