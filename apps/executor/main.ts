import { describeSettings } from '#libs/contract/settings.js';
import { tidyHeap } from '#libs/load/heap-tidy.js';
import { traceOf } from './cause.js';
import { ExecutorSettings, readExecutorConfig, SHUTDOWN_MS } from './config.js';
import { startExecutor } from './executor.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.argv.includes('--settings')) return say(JSON.stringify(describeSettings(ExecutorSettings)));
  const config = readExecutorConfig();
  tidyHeap();
  const executor = await startExecutor(config);
  let signals = 0;
  const stop = (): void => {
    signals++;
    if (signals === 2) executor.halt();
    if (signals > 2) process.exit(1);
    if (signals > 1) return;
    setTimeout(() => process.exit(1), config.drainMs + SHUTDOWN_MS).unref();
    void executor.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  say(`executor ${executor.id} ready`);
  if (executor.metricsUrl !== undefined) say(`metrics on ${executor.metricsUrl}/metrics`);
}

function fail(error: unknown): never {
  process.stderr.write(`${traceOf(error)}\n`);
  process.exit(1);
}

await main().catch(fail);
