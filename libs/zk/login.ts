import { randomBytes } from 'node:crypto';
import type { Connection } from './connection.js';
import { answerChallenge, isProof, type Login } from './digest-md5.js';
import type { JuteReader } from './jute-reader.js';
import { JuteWriter } from './jute-writer.js';
import { CODE, OPCODE, XID } from './protocol.js';
import type { Credentials } from './session-options.js';
import type { WatchBatch } from './watch-book.js';
import { ZkError } from './zk-error.js';

/** Service and host that ZooKeeper's server takes part in DIGEST-MD5 as. */
const SASL_URI = 'zookeeper/zk-sasl-md5';

const readToken = (reader: JuteReader): string => reader.bytes().toString('utf8');

/** Logs in by SASL DIGEST-MD5. Throws ZkError AUTH_FAILED when server and client do not agree on the password. */
export async function loginBySasl(connection: Connection, login: Login, tick: number): Promise<void> {
  const send = (token: Uint8Array): Promise<string> =>
    connection.request(OPCODE.SASL, new JuteWriter().bytes(token).body(), readToken, { tick, about: 'SASL login' });
  const challenge = await send(new Uint8Array());
  if (challenge === '') throw new ZkError(CODE.AUTH_FAILED, 'SASL login: the server knows no DIGEST-MD5');
  const { token, proof } = answerChallenge(challenge, login, randomBytes(16).toString('hex'), SASL_URI);
  if (!isProof(await send(token), proof))
    throw new ZkError(CODE.AUTH_FAILED, 'SASL login: the server did not prove that it knows the password');
}

/** Body of an AuthPacket. */
export const credentialsBody = ({ scheme, auth }: Credentials): Buffer =>
  new JuteWriter().int(0).string(scheme).bytes(Buffer.from(auth)).body();

/** Arms watches anew: what has changed after transaction `zxid` is told at once. */
export function armWatches(connection: Connection, batches: readonly WatchBatch[], zxid: bigint): void {
  for (const { data, absence, children } of batches) {
    const body = new JuteWriter().long(zxid).strings(data).strings(absence).strings(children).body();
    connection.tell(XID.SET_WATCHES, OPCODE.SET_WATCHES, body);
  }
}

/** The packet that asks for a session, or for the one of before. `id` 0n: a new one. */
export const greetingPacket = (session: { id: bigint; password: Buffer }, zxid: bigint, timeoutMs: number): Buffer =>
  new JuteWriter().int(0).long(zxid).int(timeoutMs).long(session.id).bytes(session.password).bool(false).packet();
