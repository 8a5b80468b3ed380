import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isEnded } from '#libs/contract/status.js';
import type { Clock } from '#libs/load/clock.js';
import type { Store } from '#libs/store/port.js';
import { reasonOf } from './cause.js';
import { LeftSpool } from './left-spool.js';
import { renewSummary } from './late-result.js';
import { retry } from './retry.js';
import { SPOOL_SUFFIX } from './spool-file.js';
import type { SpoolOwner } from './spool.schema.js';

const BATCH_INTERVALS = 50;

export interface LeftSpoolsParts {
  spoolDir: string;
  store: Store;
  clock: Clock;
  /** This executor, in logs of runs. */
  id: string;
  /** How long the database may be away; then the files stay for the next start. */
  withinMs: number;
  signal: AbortSignal;
  say: (level: 'info' | 'warn', message: string) => void;
}

/**
 * Brings what killed executors have left in the spool folder into the store, as they would have done it themselves, and
 * removes the files. Those of living processes are left alone. Never throws.
 */
export async function bringLeftSpools(parts: LeftSpoolsParts): Promise<void> {
  const { spoolDir, signal, say } = parts;
  const names = await readdir(spoolDir).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(SPOOL_SUFFIX))) {
    if (signal.aborted) return;
    try {
      await bring(parts, join(spoolDir, name));
    } catch (error) {
      say('warn', `${name} of a killed executor stays in ${spoolDir} for the next start (${reasonOf(error)})`);
    }
  }
}

async function bring(parts: LeftSpoolsParts, path: string): Promise<void> {
  const left = LeftSpool.open(path);
  if (left === undefined) return;
  try {
    if (left.owner) await offer(parts, left, left.owner);
    else if (!left.isEmpty) parts.say('warn', `${path} of a killed executor does not say of which run it is: removed`);
    left.remove();
  } finally {
    left.close();
  }
}

/** In its writer's name: whether its claim still holds, or it is lost and nobody else has it, is for the store to say. */
async function offer(parts: LeftSpoolsParts, left: LeftSpool, owner: SpoolOwner): Promise<void> {
  const { store, clock, withinMs, signal, say, id } = parts;
  const { runId, executorId } = owner;
  const claim = { ...owner, leads: false };
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    retry(question, { clock, withinMs, signal, failed: () => undefined });
  const run = await ask(() => store.runs.find(runId));
  if (run === null)
    return say('info', `intervals of run ${runId}, which is deleted, were in the spool folder: removed`);
  let isLate = isEnded(run.status);
  let [added, isRefused] = [0, false];
  for (const batch of left.batches(BATCH_INTERVALS)) {
    isLate ||= !(await ask(() => store.intervals.append(claim, executorId, batch)));
    isRefused = isLate && !(await ask(() => store.intervals.appendLate(claim, executorId, batch)));
    if (isRefused) break;
    added += batch.length;
  }
  const message = isRefused
    ? `executor ${executorId} was killed and has left intervals on disk; its part was given to another or is closed: not added`
    : `executor ${executorId} was killed and has left ${added} intervals on disk: added`;
  say('warn', `run ${runId}: ${message}`);
  const line = { atMs: clock.epochMs(), level: 'warn' as const, source: `executor:${id}`, message };
  await ask(() => store.log.add(runId, [line]));
  if (added > 0) await ask(() => renewSummary(store, clock, runId, signal));
}
