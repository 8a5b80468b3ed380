const MS_PER_DAY = 86_400_000;

const isoOf = (epochMs: unknown): unknown => (typeof epochMs === 'number' ? new Date(epochMs).toISOString() : epochMs);
const dayOf = (days: unknown): unknown =>
  typeof days === 'number' ? new Date(days * MS_PER_DAY).toISOString().slice(0, 10) : days;
const hexOf = (base64: unknown): unknown =>
  typeof base64 === 'string' ? `\\x${Buffer.from(base64, 'base64').toString('hex')}` : base64;
/** Java writes an address behind a slash, after the name if it knows one. */
const addressOf = (address: unknown): unknown =>
  typeof address === 'string' ? address.slice(address.indexOf('/') + 1) : address;

/** How the agent's value becomes one that PostgreSQL reads as its type; every other type takes it as it is. */
const BY_TYPE: Readonly<Record<string, (value: unknown) => unknown>> = {
  'timestamp with time zone': isoOf,
  'timestamp without time zone': isoOf,
  date: dayOf,
  bytea: hexOf,
  inet: addressOf,
};

/** `type` as PostgreSQL names it, without its size. */
export const sinkValue = (type: string, value: unknown): unknown =>
  value === null ? null : (BY_TYPE[type.replace(/\(\d+(,\d+)?\)/, '')]?.(value) ?? value);
