import { BodyWriter } from './body-writer.js';
import type { Connection } from './connection.js';
import { compressFrames, frameCodec, type Compression, type FrameCodec } from './frame-codec.js';
import { readExtensions } from './extensions.js';
import { OPCODE } from './protocol.js';
import { readServerError, ServerError } from './server-error.js';

export interface Credentials {
  username: string;
  password: string;
}

/** An authenticator asks and no credentials are there. */
export class CredentialsMissing extends Error {
  override readonly name = 'CredentialsMissing';
}

/**
 * Asks what the server offers, says in STARTUP what of it is wanted (compression, where given) and, when the server asks for it, logs in by SASL PLAIN.
 * Throws ServerError, CredentialsMissing or the socket's error.
 */
export async function handshake(
  connection: Connection,
  credentials: Credentials | undefined,
  timeoutMs: number,
  compression: Compression | undefined,
): Promise<void> {
  const offered = await connection.request(new BodyWriter().frame(OPCODE.OPTIONS), timeoutMs);
  if (offered.opcode === OPCODE.ERROR) throw readServerError(offered.reader);
  const supported = offered.reader.stringMultimap();
  connection.extensions = readExtensions(supported, connection.isTls);
  if (compression !== undefined) connection.codec = await agreed(compression, supported['COMPRESSION']);
  const startup = new BodyWriter().stringMap({
    CQL_VERSION: '3.0.0',
    DRIVER_NAME: 'Tidemark',
    DRIVER_VERSION: '0.1',
    ...(compression !== undefined && { COMPRESSION: compression }),
    ...connection.extensions.startup,
  });
  let answer = await connection.request(startup.frame(OPCODE.STARTUP), timeoutMs);
  const { codec } = connection;
  if (codec !== undefined) connection.writes.pack = (frames) => compressFrames(codec, frames);
  if (answer.opcode === OPCODE.AUTHENTICATE) {
    if (!credentials) throw new CredentialsMissing('the server asks for a login');
    const token = Buffer.from(`\0${credentials.username}\0${credentials.password}`);
    answer = await connection.request(new BodyWriter().bytes(token).frame(OPCODE.AUTH_RESPONSE), timeoutMs);
  }
  if (answer.opcode === OPCODE.ERROR) throw readServerError(answer.reader);
  if (answer.opcode !== OPCODE.READY && answer.opcode !== OPCODE.AUTH_SUCCESS) {
    throw new ServerError(0, `expected READY or AUTH_SUCCESS, found opcode ${answer.opcode}`);
  }
}

async function agreed(compression: Compression, offered: readonly string[] = []): Promise<FrameCodec> {
  if (offered.includes(compression)) return frameCodec(compression);
  throw new ServerError(
    0,
    `expected it to offer compression of frames by ${compression}, found ${offered.length > 0 ? `only ${offered.join(', ')}` : 'that it offers none'}`,
  );
}
