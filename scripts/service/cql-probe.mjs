import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';

const OPCODE = { ERROR: 0, STARTUP: 1, READY: 2, AUTHENTICATE: 3, AUTH_RESPONSE: 15, AUTH_SUCCESS: 16 };
const HEADER_BYTES = 9;

function frame(opcode, body) {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = 4;
  header[4] = opcode;
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

const shortString = (text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);

const plainToken = ({ user, password }) => {
  const token = Buffer.from(`\0${user}\0${password}`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(token.length);
  return Buffer.concat([length, token]);
};

/**
 * Resolves when a node accepts STARTUP, and a login where it asks for one; rejects otherwise. It speaks the protocol by
 * itself because the services are started before anything is installed.
 */
export function probeCql({ host, port, caFile, user = 'cassandra', password = 'cassandra' }) {
  return new Promise((resolve, reject) => {
    const options = { host, port, ...(caFile ? { ca: readFileSync(caFile) } : {}) };
    const socket = caFile ? tls.connect(options) : net.connect(options);
    let received = Buffer.alloc(0);
    const end = (error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const answers = {
      [OPCODE.READY]: () => end(),
      [OPCODE.AUTH_SUCCESS]: () => end(),
      [OPCODE.AUTHENTICATE]: () => socket.write(frame(OPCODE.AUTH_RESPONSE, plainToken({ user, password }))),
      [OPCODE.ERROR]: (body) => end(new Error(`error 0x${body.readInt32BE(0).toString(16)}: ${body.subarray(6)}`)),
    };
    socket.setTimeout(5_000, () => end(new Error('no answer within 5 s')));
    socket.once('error', end);
    socket.once('close', () => end(new Error('connection closed')));
    socket.once(caFile ? 'secureConnect' : 'connect', () => {
      const oneOption = Buffer.concat([Buffer.from([0, 1]), shortString('CQL_VERSION'), shortString('3.0.0')]);
      socket.write(frame(OPCODE.STARTUP, oneOption));
    });
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < HEADER_BYTES) return;
      const frameEnd = HEADER_BYTES + received.readInt32BE(5);
      if (received.length < frameEnd) return;
      const [opcode, body] = [received[4], received.subarray(HEADER_BYTES, frameEnd)];
      received = received.subarray(frameEnd);
      const answer = answers[opcode];
      if (answer) answer(body);
      else end(new Error(`unexpected opcode ${opcode}`));
    });
  });
}
