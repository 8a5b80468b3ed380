import { createHmac } from 'node:crypto';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};

/**
 * Tells whether two requests with one Idempotency-Key ask for the same; the order of fields does not matter. Keyed, for
 * a body can hold a password and a plain hash of it could be guessed from the database.
 */
export const bodyHash = (body: unknown, secretKey: Buffer | undefined): string =>
  createHmac('sha256', secretKey ?? 'tidemark')
    .update(JSON.stringify(sorted(body)) ?? '')
    .digest('hex');
