import { describe } from 'vitest';
import { systemClock } from '#libs/load/clock.js';
import { openQueue } from '#libs/queue/open-queue.js';
import { describeQueue } from '#libs/queue/queue.conformance.js';
import { sqlQueue } from '#libs/queue/sql-queue.js';
import { openStore } from '#libs/store/open-store.js';
import { freshPlatform, realPlatform } from './platform.js';

describe.skipIf(realPlatform === undefined)('queues on real services (TIDEMARK_TEST_POSTGRES, _REDIS)', () => {
  const open = async (withRedis: boolean) => {
    if (realPlatform === undefined) throw new Error('expected PostgreSQL and Redis');
    const { databaseUrl, settings, drop } = await freshPlatform(realPlatform);
    const store = await openStore({ url: databaseUrl });
    return {
      store,
      connect: async (labels: Record<string, string> = {}) =>
        withRedis
          ? openQueue({
              redisUrl: settings['TIDEMARK_REDIS_URL'],
              prefix: settings['TIDEMARK_REDIS_PREFIX'] ?? '',
              clock: systemClock,
              labels,
              log: () => undefined,
            })
          : sqlQueue(systemClock),
      close: async () => {
        await store.close();
        await drop();
      },
    };
  };
  describeQueue('the queue on PostgreSQL', () => open(false));
  describeQueue('the queue on Redis', () => open(true));
});
