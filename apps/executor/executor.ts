import { AgreedClock } from '#libs/load/agreed-clock.js';
import { systemClock } from '#libs/load/clock.js';
import { openQueue } from '#libs/queue/open-queue.js';
import type { Store } from '#libs/store/port.js';
import { openStore } from '#libs/store/open-store.js';
import { makeDrivers } from '#libs/workloads/drivers.js';
import { driverSettings } from './driver-settings.js';
import type { ExecutorConfig } from './config.js';
import type { MetricsServer } from './metrics/metrics-server.js';
import { openWatch } from './metrics/open-watch.js';
import { bringLeftSpools } from './left-spools.js';
import { processOutput } from './output.js';
import { Supervisor } from './supervisor.js';

export interface RunningExecutor {
  id: string;
  /** Where metrics and health are answered; undefined: nowhere. */
  metricsUrl: string | undefined;
  /** Takes no more shards; what is under way may go on for `drainMs`, then it is interrupted. */
  close(): Promise<void>;
  /** Interrupts at once; `close` resolves soon after. */
  halt(): void;
}

/** A clock that is so far off is worth a line. */
const FAR_OFF_MS = 100;
/** Two beats that the network swallows leave time for a third on a connection of its own. */
const BEATS_IN_LEASE = 4;
/** How long the database may be away before what a killed process has left is put off to the next start. */
const LEFT_WITHIN_MS = 600_000;

/** Rejects with why no shard could be taken. */
async function readiness(store: Store, isClosing: boolean, { isReplaced }: Supervisor): Promise<void> {
  if (isClosing) throw new Error('this executor ends and takes no more shards');
  if (isReplaced) throw new Error('another executor that lives has this id; see TIDEMARK_EXECUTOR_ID');
  await store.ping().catch((cause: unknown) => {
    throw new Error('the database does not answer; see TIDEMARK_DATABASE_URL', { cause });
  });
}

/** Opens the store, announces this executor and takes shards. Throws CodedError when the store cannot be opened. */
export async function startExecutor(config: ExecutorConfig): Promise<RunningExecutor> {
  const { databaseUrl: url, secretKey, leaseMs } = config;
  const store = await openStore({ url, secretKey, pulseMs: leaseMs / BEATS_IN_LEASE });
  const clock = new AgreedClock(systemClock);
  const output = processOutput(config, (text) => void process.stderr.write(text));
  const say = (level: 'info' | 'warn', message: string) =>
    output({ atMs: clock.epochMs(), level, executor: config.id, message });
  const { redisUrl, redisPrefix: prefix, labels } = config;
  const queue = await openQueue({ redisUrl, prefix, labels, clock, log: say });
  const watch = await openWatch(config);
  let isClosing = false;
  const supervisor = new Supervisor({
    config,
    store,
    drivers: makeDrivers(
      driverSettings(config, store, output, { clock, offsetMs: () => clock.offsetMs, watch: watch?.metrics.scaler }),
    ),
    clock,
    offsetMs: () => clock.offsetMs,
    output,
    queue,
    watch,
  });
  let server: MetricsServer | undefined;
  try {
    await clock.set(() => store.nowMs());
    if (Math.abs(clock.offsetMs) > FAR_OFF_MS)
      say('warn', `this machine's clock is ${Math.round(-clock.offsetMs)} ms ahead of the database's, which counts`);
    await supervisor.register();
    server = await watch?.serve(() => readiness(store, isClosing, supervisor));
  } catch (error) {
    await queue.close();
    await store.close();
    throw error;
  }
  const following = new AbortController();
  const working = Promise.all([
    supervisor.run().finally(() => following.abort()),
    clock.keepUp(() => store.nowMs(), following.signal),
    bringLeftSpools({
      spoolDir: config.spoolDir,
      store,
      clock,
      id: config.id,
      withinMs: LEFT_WITHIN_MS,
      signal: following.signal,
      say,
    }),
  ]);
  return {
    id: config.id,
    metricsUrl: server?.url,
    async close() {
      isClosing = true;
      supervisor.close();
      const drained = new AbortController();
      void clock.sleep(config.drainMs, drained.signal).then(() => drained.signal.aborted || supervisor.halt());
      await working;
      drained.abort();
      server?.close();
      await watch?.tracing.close();
      await queue.close();
      await store.close();
    },
    halt: () => supervisor.halt(),
  };
}
