import { createHash, timingSafeEqual } from 'node:crypto';

const md5 = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hex = (bytes: Buffer): string => bytes.toString('hex');

export interface Login {
  username: string;
  password: string;
}

/** What is sent, and what the server then has to prove that it knows the password too. */
export interface DigestAnswer {
  token: Buffer;
  proof: string;
}

/**
 * Answers a DIGEST-MD5 challenge (RFC 2831, qop auth, algorithm md5-sess). `uri` is service/host; ZooKeeper's is fixed.
 * Throws for a challenge that cannot be met.
 */
export function answerChallenge(
  challenge: string,
  { username, password }: Login,
  cnonce: string,
  uri: string,
): DigestAnswer {
  const { nonce, realm = '', qop = 'auth', algorithm, charset } = directivesOf(challenge);
  if (nonce === undefined || nonce === '') throw new Error('the server sent a DIGEST-MD5 challenge without a nonce');
  if (!qop.split(',').some((one) => one.trim() === 'auth'))
    throw new Error(`the server wants DIGEST-MD5 with qop ${qop}, but only 'auth' is known`);
  if (algorithm !== undefined && algorithm !== 'md5-sess')
    throw new Error(`the server wants DIGEST-MD5 with algorithm ${algorithm}, but only md5-sess is known`);
  const secret = md5(`${username}:${realm}:${password}`);
  const session = hex(md5(secret, `:${nonce}:${cnonce}`));
  const count = '00000001';
  const keyed = (a2: string): string => hex(md5(`${session}:${nonce}:${count}:${cnonce}:auth:${hex(md5(a2))}`));
  const token = [
    ...(charset === undefined ? [] : [`charset=${charset}`]),
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `nc=${count}`,
    `cnonce=${quoted(cnonce)}`,
    `digest-uri=${quoted(uri)}`,
    `response=${keyed(`AUTHENTICATE:${uri}`)}`,
    'qop=auth',
  ].join(',');
  return { token: Buffer.from(token), proof: keyed(`:${uri}`) };
}

/** True when the server's last word proves that it knows the password. */
export function isProof(text: string, proof: string): boolean {
  const found = Buffer.from(directivesOf(text)['rspauth'] ?? '');
  const wanted = Buffer.from(proof);
  return found.length === wanted.length && timingSafeEqual(found, wanted);
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** `name=value,name="quoted value"` as a record. */
function directivesOf(text: string): Partial<Record<string, string>> {
  const found: Partial<Record<string, string>> = {};
  for (const [, name = '', inQuotes, bare] of text.matchAll(/([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",]*))/g))
    found[name] = inQuotes?.replace(/\\(.)/g, '$1') ?? bare ?? '';
  return found;
}
