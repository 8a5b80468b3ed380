import { Redis, type RedisOptions } from 'ioredis';

type Log = (level: 'info' | 'warn', message: string) => void;

const LONGEST_PAUSE_MS = 1_000;

/** How fast a lost server is looked for again. */
const retryStrategy = (tries: number): number => Math.min(50 * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);

/** Neither kept for a server that is away, nor sent again to one that is back. */
const failingAtOnce: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 5_000,
};

/** For commands that must fail at once while the server is away. */
export const impatient = (url: string): Redis => new Redis(url, { retryStrategy, ...failingAtOnce });

/** For what waits for a server that is away; BullMQ's workers ask for `maxRetriesPerRequest: null`. */
export const patient = (url: string): Redis => new Redis(url, patientOptions);

const patientOptions: RedisOptions = { retryStrategy, maxRetriesPerRequest: null, connectTimeout: 5_000 };

/** Says once that the server is away, and once that it is back. */
export function tellOutages(redis: Redis, log: Log): void {
  let isAway = false;
  redis.on('error', (error: Error) => {
    if (!isAway)
      log('warn', `Redis does not answer (${error.message || error.name}); executors look into the database`);
    isAway = true;
  });
  redis.on('ready', () => {
    if (isAway) log('info', 'Redis answers again');
    isAway = false;
  });
}
