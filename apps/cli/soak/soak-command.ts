import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.js';
import type { GenerateOutside } from '../generate/generate-command.js';
import { readEnvironment } from './config.js';
import { soakHere } from './soak-here.js';
import { soakJob, type SoakOptions } from './soak-options.js';
import { addSettings } from '../given-settings.js';
import { SETTINGS } from './soak-settings.js';
import { soakThere } from './soak-there.js';

/** `tidemark soak`: what the Scylla Cloud resize tester is told by its variables, as flags or as these variables. */
export function addSoak(program: Command, outside: GenerateOutside, done: (exitCode: ExitCode) => void): void {
  const command = program
    .command('soak')
    .description('write batches and read them back until stopped, from here or, with --server, by its executors');
  addSettings(command, SETTINGS)
    .option('--poisson', 'reads are due at random', false)
    .option('--ignore-mismatches', 'a row that is missing or other than written does not make the run fail', false)
    .option('--env-file <file>', "the resize tester's .env; flags win over it, and it wins over the environment")
    .option('--server <url>', 'have this server make the load; Ctrl-C then cancels the run')
    .option('--json', 'the result as JSON on standard output')
    .action(async (options: SoakOptions, self: Command) => {
      const json = outside.isJson(self);
      const job = soakJob(options, readEnvironment());
      for (const remark of job.remarks) outside.terminal.remark(remark);
      const session = outside.session(self);
      done(session === undefined ? await soakHere(job, json, outside.terminal) : await soakThere(session, job, json));
    });
}
