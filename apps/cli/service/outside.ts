import { type Command, InvalidArgumentError } from 'commander';
import type { CreateRun } from '#libs/contract/run.js';
import type { ExitCode } from '../exit-code.js';

/** How the commands that make runs of runs have them carried out. */
export interface ServiceOutside {
  /** By the server that the caller named for this command, else by processes that are started for it. */
  carryOut(
    command: Command,
    body: CreateRun,
    options: { executors: number; report?: string | undefined },
  ): Promise<ExitCode>;
}

const MOST_EXECUTORS = 64;

/** A number of executors to start. Throws commander's InvalidArgumentError. */
export function executorsOf(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MOST_EXECUTORS)
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_EXECUTORS}, found ${text}`);
  return count;
}
