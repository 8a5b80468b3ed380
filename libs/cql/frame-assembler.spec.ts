import { describe, expect, it } from 'vitest';
import { MalformedFrame } from './body-reader.js';
import { frameAssembler } from './frame-assembler.js';

const frame = (stream: number, body: number): Buffer => {
  const bytes = Buffer.alloc(9 + body, stream);
  bytes[0] = 0x84;
  bytes.writeInt16BE(stream, 2);
  bytes.writeInt32BE(body, 5);
  return bytes;
};

const collect = () => {
  const found: string[] = [];
  return {
    found,
    assembler: frameAssembler((buffer, start, end) => found.push(buffer.toString('hex', start, end))),
  };
};

describe('frameAssembler', () => {
  const frames = [frame(1, 0), frame(2, 5), frame(3, 9000), frame(4, 1)];
  const stream = Buffer.concat(frames);
  const expected = frames.map((each) => each.toString('hex'));

  it('finds every frame wherever the stream is cut in two', () => {
    for (const cut of [0, 1, 5, 8, 9, 10, 14, 22, 23, 24, 31, 32, 33, 5000, stream.length - 11, stream.length - 1]) {
      const { found, assembler } = collect();
      assembler.receive(stream.subarray(0, cut), cut);
      assembler.receive(stream.subarray(cut), stream.length - cut);
      expect(found, `cut at ${cut}`).toEqual(expected);
    }
  });

  it('finds every frame byte by byte, reading from a buffer that is reused', () => {
    const { found, assembler } = collect();
    const one = Buffer.alloc(1);
    for (const byte of stream) {
      one[0] = byte;
      assembler.receive(one, 1);
    }
    expect(found).toEqual(expected);
  });

  it.each([-1, 0x7fffffff])('refuses a body length of %i', (length) => {
    const bytes = frame(1, 0);
    bytes.writeInt32BE(length, 5);
    expect(() => collect().assembler.receive(bytes, 9)).toThrow(MalformedFrame);
  });

  it('survives random bytes with bounded memory or a refusal', () => {
    let state = 42;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
    for (let round = 0; round < 2000; round++) {
      const { assembler } = collect();
      const bytes = Buffer.from(Array.from({ length: 1 + (random() % 64) }, () => random() & 0xff));
      try {
        assembler.receive(bytes, bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedFrame);
      }
    }
  });
});
