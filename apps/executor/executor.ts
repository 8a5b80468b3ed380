import { systemClock } from '#libs/load/clock.js';
import { sqlQueue } from '#libs/queue/sql-queue.js';
import { openStore } from '#libs/store/open-store.js';
import { makeDrivers } from '#libs/workloads/drivers.js';
import { driverSettings } from './driver-settings.js';
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

/** Opens the store, announces this executor and takes shards. Throws CodedError when the store cannot be opened. */
export async function startExecutor(config: ExecutorConfig): Promise<RunningExecutor> {
  const store = await openStore({ url: config.databaseUrl, secretKey: config.secretKey });
  const clock = systemClock;
  const queue = sqlQueue(clock);
  const output = jsonOutput(config.logLevel, (text) => void process.stderr.write(text));
  const supervisor = new Supervisor({
    config,
    store,
    drivers: makeDrivers(driverSettings(config, store, output)),
    clock,
    output,
    queue,
  });
  try {
    await supervisor.register();
  } catch (error) {
    await store.close();
    throw error;
  }
  const working = supervisor.run();
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
