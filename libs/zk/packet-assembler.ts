import { PieceCutter } from '#libs/wire/piece-cutter.js';
import { MalformedAnswer } from './jute-reader.js';
import { LENGTH_BYTES } from './protocol.js';

/**
 * Cuts what a server sends into packets, handed on without their length. `maxBytes`: what a packet may announce; more than
 * that is taken for another protocol, MalformedAnswer.
 */
export const packetAssembler = (
  maxBytes: number,
  onPacket: (buffer: Buffer, start: number, end: number) => void,
): PieceCutter =>
  new PieceCutter(
    LENGTH_BYTES,
    (buffer, at) => lengthAt(buffer, at, maxBytes),
    (buffer, start, end) => onPacket(buffer, start + LENGTH_BYTES, end),
  );

function lengthAt(buffer: Buffer, at: number, maxBytes: number): number {
  const length = buffer.readInt32BE(at);
  if (length < 0 || length > maxBytes)
    throw new MalformedAnswer(
      `expected an answer of at most ${maxBytes} bytes, found one that announces ${length}: check that ZooKeeper is what listens there, and whether it wants TLS`,
    );
  return length;
}
