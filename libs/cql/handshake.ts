import { BodyWriter } from './body-writer.js';
import type { Connection } from './connection.js';
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
 * Asks what the server offers, says in STARTUP what of it is wanted and, when the server asks for it, logs in by SASL PLAIN.
 * Throws ServerError, CredentialsMissing or the socket's error.
 */
export async function handshake(
  connection: Connection,
  credentials: Credentials | undefined,
  timeoutMs: number,
): Promise<void> {
  const offered = await connection.request(new BodyWriter().frame(OPCODE.OPTIONS), timeoutMs);
  if (offered.opcode === OPCODE.ERROR) throw readServerError(offered.reader);
  connection.extensions = readExtensions(offered.reader.stringMultimap(), connection.isTls);
  const startup = new BodyWriter().stringMap({
    CQL_VERSION: '3.0.0',
    DRIVER_NAME: 'Tidemark',
    DRIVER_VERSION: '0.1',
    ...connection.extensions.startup,
  });
  let answer = await connection.request(startup.frame(OPCODE.STARTUP), timeoutMs);
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
