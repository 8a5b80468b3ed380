/** Ports that the registry of ports leaves to clients. */
const FIRST_PORT = 49_152;
const LAST_PORT = 65_535;

/** How many are tried before it is given up: others on the machine take ports too. */
export const SOURCE_PORT_TRIES = 64;

/**
 * Local ports by which a shard-aware port puts a connection on `shard` of `shards`: it takes the source port modulo the
 * number of shards. Begins anywhere, so that connections opened at once do not want the same.
 * @param random a number in [0, 1)
 */
export function* sourcePorts(shards: number, shard: number, random: number): Generator<number> {
  const first = FIRST_PORT + ((((shard - FIRST_PORT) % shards) + shards) % shards);
  const count = Math.floor((LAST_PORT - first) / shards) + 1;
  const begin = Math.floor(random * count);
  for (let index = 0; index < Math.min(count, SOURCE_PORT_TRIES); index++)
    yield first + ((begin + index) % count) * shards;
}

const TAKEN = new Set(['EADDRINUSE', 'EADDRNOTAVAIL']);

/** Another connection has the local port: the next one may be free. */
export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && TAKEN.has(String(error.code));
