import { describe, expect, it } from 'vitest';
import { FrameSplitter } from './frame-splitter.js';

const frame = (text: string): Buffer => {
  const bytes = Buffer.alloc(9 + text.length);
  bytes.writeInt32BE(text.length, 5);
  bytes.write(text, 9, 'latin1');
  return bytes;
};

describe('FrameSplitter', () => {
  const texts = ['one', '', 'a longer third frame', 'x'.repeat(500)];
  const stream = Buffer.concat(texts.map(frame));

  it.each([1, 2, 8, 9, 10, 13, 100, 10_000])('finds every frame in chunks of %d bytes', (chunkBytes) => {
    const seen: string[] = [];
    const splitter = new FrameSplitter({
      frame: (buffer, start, bodyBytes) => {
        seen.push(buffer.toString('latin1', start + 9, start + 9 + bodyBytes));
        return true;
      },
      oversized: () => expect.unreachable(),
    });
    for (let at = 0; at < stream.length; at += chunkBytes) splitter.push(stream.subarray(at, at + chunkBytes));
    expect(seen).toEqual(texts);
  });

  it('stops at a header that claims more than a frame may hold', () => {
    const claims: number[] = [];
    const splitter = new FrameSplitter({ frame: () => true, oversized: (bodyBytes) => claims.push(bodyBytes) });
    const header = Buffer.alloc(9);
    header.writeInt32BE(300 * 1024 * 1024, 5);
    splitter.push(header);
    expect(claims).toEqual([300 * 1024 * 1024]);
  });
});
