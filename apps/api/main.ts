import { describeSettings } from '#libs/contract/settings.js';
import { CodedError } from '#libs/contract/problem.js';
import { systemClock } from '#libs/load/clock.js';
import { ApiSettings, readApiConfig } from './config.js';
import { startApi } from './server.js';

/** How long requests may go on after a signal before the process ends anyway. */
const SHUTDOWN_MS = 10_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  if (process.argv.includes('--settings')) return say(JSON.stringify(describeSettings(ApiSettings)));
  const api = await startApi(readApiConfig(), systemClock);
  say(`Tidemark API on ${api.url} (dashboard: /, docs: /docs)`);
  let isClosing = false;
  const stop = (): void => {
    if (isClosing) return;
    isClosing = true;
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref();
    void api.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): never {
  const text = error instanceof CodedError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

await main().catch(fail);
