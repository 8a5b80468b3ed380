import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CodedError } from '#libs/contract/problem.js';
import { systemClock } from '#libs/load/clock.js';
import { processFile, type ProcessName } from '../children.js';
import { environmentWith } from '../config.js';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

/** An API and executors of this program's own, on loopback, with the settings and the database of its environment. */
export interface LocalService {
  server: string;
  stop(): Promise<void>;
}

/** Starts the processes and waits until they are ready. Throws CodedError INTERNAL with what a process said that was not. */
export async function startLocalService(executors: number): Promise<LocalService> {
  const children: ChildProcess[] = [];
  const killAll = () => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  const stop = async () => {
    for (const child of children.toReversed()) await end(child);
    process.off('exit', killAll);
  };
  try {
    const settings = { TIDEMARK_HOST: '127.0.0.1', TIDEMARK_PORT: '0' };
    const server = await start('serve', settings, /https?:\/\/127\.0\.0\.1:\d+/, children);
    for (let index = 0; index < executors; index++) await start('executor', {}, /^executor \S+ ready$/m, children);
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts one process in a group of its own, so that Ctrl-C reaches this one alone; answers what `ready` matched. */
async function start(
  name: ProcessName,
  settings: Record<string, string>,
  ready: RegExp,
  children: ChildProcess[],
): Promise<string> {
  const child = spawn(process.execPath, ['--enable-source-maps', processFile(name)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentWith(settings),
    detached: true,
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      if (said.length < 100_000) said += bytes.toString();
    });
  const untilNs = systemClock.nowNs() + READY_WITHIN_MS * 1e6;
  for (;;) {
    const match = ready.exec(said);
    if (match) return match[0];
    if (hasEnded(child) || systemClock.nowNs() > untilNs)
      throw new CodedError('INTERNAL', `${name} could not be started here; it said: ${said.trim() || 'nothing'}`);
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = new AbortController();
  void systemClock.sleep(STOP_WITHIN_MS, timer.signal).then(() => timer.signal.aborted || child.kill('SIGKILL'));
  await ended;
  timer.abort();
}
