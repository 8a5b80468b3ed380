#!/usr/bin/env node
import { CommanderError } from 'commander';
import { runProcess } from './children.js';
import { readCliConfig } from './config.js';
import { errorText, exitCodeOfError } from './error-text.js';
import { EXIT } from './exit-code.js';
import { createProgram } from './program.js';
import { connectRemote } from './remote.js';
import { splitStress } from './stress/split-stress.js';
import { stress } from './stress/stress.js';
import { processTerminal as terminal } from './terminal.js';

async function main(args: readonly string[]): Promise<number> {
  const local = splitStress(args);
  if (local) return stress(local, terminal);
  let exitCode: number = EXIT.ok;
  const program = createProgram({ terminal, config: readCliConfig(), connect: connectRemote, runProcess }, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Help and version end the program by an error whose exit code is 0; every other one has been printed.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
  return exitCode;
}

// A reader that goes away (| head) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  terminal.remark(errorText(error));
  process.exitCode = exitCodeOfError(error);
}
