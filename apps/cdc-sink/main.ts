import { CommanderError } from 'commander';
import { parseSink } from './arguments.js';
import { databaseFromEnvironment } from './config.js';
import { runSink } from './sink-process.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const options = parseSink(process.argv.slice(2), databaseFromEnvironment());
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  const { postgres = '' } = options;
  const counts = await runSink({ ...options, postgres }, controller.signal, () => say('reading'));
  say(JSON.stringify(counts));
} catch (error) {
  // Help ends by an error whose exit code is 0; what commander complains of it has printed.
  if (!(error instanceof CommanderError)) complain(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1;
}
