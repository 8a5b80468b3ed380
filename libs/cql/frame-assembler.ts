import { PieceCutter } from '#libs/wire/piece-cutter.js';
import { MalformedFrame } from './body-reader.js';
import { HEADER_BYTES, MAX_FRAME_BYTES, RESPONSE_V4 } from './protocol.js';

/** Cuts what a server sends into frames. Throws MalformedFrame for a length that no server may announce. */
export const frameAssembler = (onFrame: (buffer: Buffer, start: number, end: number) => void): PieceCutter =>
  new PieceCutter(HEADER_BYTES, bodyLength, onFrame);

function bodyLength(buffer: Buffer, at: number): number {
  if (buffer[at] !== RESPONSE_V4) {
    throw new MalformedFrame(
      `expected an answer of CQL protocol version 4, found version byte ${buffer[at]}: check that CQL is what listens there, and whether it wants TLS`,
    );
  }
  const length = buffer.readInt32BE(at + 5);
  if (length < 0 || length > MAX_FRAME_BYTES) {
    throw new MalformedFrame(`expected a body of at most ${MAX_FRAME_BYTES} bytes, found one that announces ${length}`);
  }
  return length;
}
