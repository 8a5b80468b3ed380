import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process was started, as the system tells it: with the pid it names one process for good. */
export function startOf(pid) {
  try {
    if (existsSync('/proc/self/stat')) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** True while the process that was started as `pid` at `startedAt` lives; a reused pid is somebody else's. */
export const isAlive = ({ pid, startedAt }) => startOf(pid) === startedAt;

/** Starts a process that outlives this one; its output goes to `logFile`. */
export async function startDetached(command, args, { logFile, ...options }) {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], ...options });
  try {
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  } finally {
    closeSync(log);
  }
  child.unref();
  return { pid: child.pid, startedAt: startOf(child.pid) };
}

/** Asks the process to end, and makes it after `graceMs`. Answers whether there was one. */
export async function stopProcess(started, { signal = 'SIGTERM', graceMs = 30_000 } = {}) {
  if (!isAlive(started)) return false;
  process.kill(started.pid, signal);
  for (let waitedMs = 0; isAlive(started) && waitedMs < graceMs; waitedMs += 100) await sleep(100);
  if (isAlive(started)) process.kill(started.pid, 'SIGKILL');
  for (let waitedMs = 0; isAlive(started) && waitedMs < 5_000; waitedMs += 50) await sleep(50);
  return true;
}

/** Tries `attempt` until it answers; gives up when the process has ended or `timeoutMs` have passed. */
export async function waitUntilServing(started, attempt, timeoutMs) {
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAlive(started)) throw new Error(`the process ended before it served (${error.message})`);
      if (Date.now() > deadlineMs) throw new Error(`not serving after ${timeoutMs / 1000} s (${error.message})`);
    }
    await sleep(100);
  }
}

/** The last lines of a log, for an error message. */
export function tailOf(file, lines = 15) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
