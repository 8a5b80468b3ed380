import { connect } from 'node:net';
import { RequestReader } from '../wire/request-reader.js';

/** A frame as it came. */
export interface Answer {
  stream: number;
  flags: number;
  opcode: number;
  body: RequestReader;
}

/** A connection that sends raw frames and gives the answers one by one; null when the server has closed it. */
export function rawClient(port: number, host = '127.0.0.1', localPort?: number) {
  const socket = connect({ port, host, ...(localPort !== undefined && { localPort }) });
  let unread = Buffer.alloc(0);
  let isClosed = false;
  let wake = () => {};
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    wake();
  });
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  const answer = async (): Promise<Answer | null> => {
    for (;;) {
      const end = unread.length >= 9 ? 9 + unread.readInt32BE(5) : Number.POSITIVE_INFINITY;
      if (unread.length >= end) {
        const frame = unread.subarray(0, end);
        unread = unread.subarray(end);
        const body = new RequestReader().reset(frame, 9, end);
        return { stream: frame.readInt16BE(2), flags: frame.readUInt8(1), opcode: frame.readUInt8(4), body };
      }
      if (isClosed) return null;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const ask = (opcode: number, body: Buffer = Buffer.alloc(0), { version = 4, stream = 7, flags = 0 } = {}) => {
    const header = Buffer.from([version, flags, stream >> 8, stream & 0xff, opcode, 0, 0, 0, 0]);
    header.writeInt32BE(body.length, 5);
    socket.write(Buffer.concat([header, body]));
    return answer();
  };
  return { ask, answer, close: () => socket.destroy() };
}

export const string = (text: string): Buffer =>
  Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text)]);
export const longString = (text: string): Buffer => Buffer.concat([Buffer.from([0, 0]), string(text)]);
export const STARTUP = Buffer.concat([Buffer.from([0, 1]), string('CQL_VERSION'), string('3.0.0')]);
export const query = (text: string): Buffer => Buffer.concat([longString(text), Buffer.from([0, 1, 0])]);
