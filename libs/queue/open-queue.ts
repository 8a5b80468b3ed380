import type { Clock } from '#libs/load/clock.js';
import type { RunQueue } from './port.js';
import { sqlQueue } from './sql-queue.js';

export interface QueueOptions {
  /** `redis://…` or `rediss://…`; the database alone when absent. */
  redisUrl: string | undefined;
  /** Begins the name of everything in Redis, so that services may share a server. */
  prefix: string;
  clock: Clock;
  /** Of the executor that looks; runs that ask for others are left to others. */
  labels?: Readonly<Record<string, string>>;
  log: (level: 'info' | 'warn', message: string) => void;
}

/** The queue that the settings ask for. Never throws: a Redis that is away is looked for again and again. */
export async function openQueue({ redisUrl, ...options }: QueueOptions): Promise<RunQueue> {
  if (redisUrl === undefined) return sqlQueue(options.clock);
  // Loaded only where it is used: it is large.
  const { BullmqQueue } = await import('./bullmq/bullmq-queue.js');
  const queue = new BullmqQueue({ redisUrl, ...options });
  await queue.connected();
  return queue;
}
