import { resolve } from 'node:path';
import { AgreedClock } from '#libs/load/agreed-clock.js';
import { systemClock } from '#libs/load/clock.js';
import { openQueue } from '#libs/queue/open-queue.js';
import { openStore } from '#libs/store/open-store.js';
import { makeDrivers } from '#libs/workloads/drivers.js';
import type { ExecutorConfig } from './config.js';
import { jsonOutput } from './output.js';
import { Supervisor } from './supervisor.js';

export interface RunningExecutor {
  id: string;
  /** Takes no more shards; what is under way may go on for `drainMs`, then it is interrupted. */
  close(): Promise<void>;
  /** Interrupts at once; `close` resolves soon after. */
  halt(): void;
}

/** A clock that is so far off is worth a line. */
const FAR_OFF_MS = 100;

/** Opens the store, announces this executor and takes shards. Throws CodedError when the store cannot be opened. */
export async function startExecutor(config: ExecutorConfig): Promise<RunningExecutor> {
  const store = await openStore({ url: config.databaseUrl, secretKey: config.secretKey });
  const clock = new AgreedClock(systemClock);
  const output = jsonOutput(config.logLevel, (text) => void process.stderr.write(text));
  const say = (level: 'info' | 'warn', message: string) =>
    output({ atMs: clock.epochMs(), level, executor: config.id, message });
  const { redisUrl, redisPrefix: prefix, labels } = config;
  const queue = await openQueue({ redisUrl, prefix, labels, clock, log: say });
  const supervisor = new Supervisor({
    config,
    store,
    drivers: makeDrivers({ dataRoot: resolve(config.dataDir) }),
    clock,
    offsetMs: () => clock.offsetMs,
    output,
    queue,
  });
  try {
    await clock.set(() => store.nowMs());
    if (Math.abs(clock.offsetMs) > FAR_OFF_MS)
      say('warn', `this machine's clock is ${Math.round(-clock.offsetMs)} ms ahead of the database's, which counts`);
    await supervisor.register();
  } catch (error) {
    await queue.close();
    await store.close();
    throw error;
  }
  const following = new AbortController();
  const working = Promise.all([
    supervisor.run().finally(() => following.abort()),
    clock.keepUp(() => store.nowMs(), following.signal),
  ]);
  return {
    id: config.id,
    async close() {
      supervisor.close();
      const drained = new AbortController();
      void clock.sleep(config.drainMs, drained.signal).then(() => drained.signal.aborted || supervisor.halt());
      await working;
      drained.abort();
      await queue.close();
      await store.close();
    },
    halt: () => supervisor.halt(),
  };
}
