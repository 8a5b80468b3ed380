import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
const ID_BYTES = 6;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** SHA-256, hexadecimal. A key has 256 random bits, so that a slow hash would add nothing. */
export const hashOf = (key: string): string => digest(key).toString('hex');

/** A new key, `tmk_<id>_<secret>`: the id finds its row, the secret has 256 random bits. */
export function makeKey(): { id: string; key: string; hash: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  const key = `tmk_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { id, key, hash: hashOf(key) };
}

/** The id in a key's text; undefined for what is no key of ours. */
export const idOf = (key: string): string | undefined => /^tmk_([0-9a-f]{12})_[\w-]{43}$/.exec(key)?.[1];

/** What the header carries, if it is a bearer's. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];

/** Compared as hashes, so that neither length nor prefix shows in the time. */
export const matches = (given: string, hash: string): boolean => {
  const stored = Buffer.from(hash, 'hex');
  const own = digest(given);
  return stored.length === own.length && timingSafeEqual(own, stored);
};

/** Whether `authorization` carries `apiKey`. */
export function carriesKey(authorization: string | undefined, apiKey: string): boolean {
  const given = bearerOf(authorization);
  return given !== undefined && matches(given, hashOf(apiKey));
}
