import { EXIT, type ExitCode } from './exit-code.js';
import type { KnownExecutor } from './remote.js';
import type { Session } from './run-commands.js';
import { executorTable } from './text/executor-text.js';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Who is there and what each one does. */
export async function executors({ remote, terminal }: Session, options: { json: boolean }): Promise<ExitCode> {
  const found = await remote.executors();
  terminal.write(options.json ? json(found) : `${executorTable(found)}\n`);
  return EXIT.ok;
}

/** Gives an executor nothing new, or work again; the answer says what it does meanwhile. */
export async function setDraining(
  { remote, terminal }: Session,
  id: string,
  options: { draining: boolean; json: boolean },
): Promise<ExitCode> {
  const executor = await (options.draining ? remote.drain(id) : remote.resume(id));
  if (options.json) terminal.write(json(executor));
  else terminal.remark(sentence(executor));
  return EXIT.ok;
}

function sentence({ id, draining, runId }: KnownExecutor): string {
  if (!draining) return `executor ${id} takes work again`;
  return runId === null
    ? `executor ${id} is idle and is given nothing more`
    : `executor ${id} ends its part of run ${runId} and is given nothing more`;
}
