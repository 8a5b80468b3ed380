import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.js';
import type { GenerateOutside } from '../generate/generate-command.js';
import type { Session } from '../run-commands.js';
import { startLocalService } from '../service/local-service.js';
import { readEnvironment } from './config.js';
import { soakHere } from './soak-here.js';
import { type SoakJob, soakJob, type SoakOptions } from './soak-options.js';
import { SETTINGS, type Setting } from './soak-settings.js';
import { soakThere } from './soak-there.js';

const aboutOf = ({ about, variable }: Setting): string => (variable === undefined ? about : `${about} (${variable})`);

export interface SoakOutside extends GenerateOutside {
  connect(server: string): Session;
}

/** A scaler is led by executors, which keep what it does in their database: an API and executors are started for it. */
async function soakByOwnService(outside: SoakOutside, job: SoakJob, json: boolean): Promise<ExitCode> {
  const service = await startLocalService(job.executors);
  try {
    return await soakThere(outside.connect(service.server), job, json);
  } finally {
    await service.stop();
  }
}

function carryOut(outside: SoakOutside, self: Command, job: SoakJob): Promise<ExitCode> {
  const json = outside.isJson(self);
  const session = outside.session(self);
  if (session !== undefined) return soakThere(session, job, json);
  return job.spec.scaler.type === 'none' ? soakHere(job, json, outside.terminal) : soakByOwnService(outside, job, json);
}

/** `tidemark soak`: what the Scylla Cloud resize tester is told by its variables, as flags or as these variables. */
export function addSoak(program: Command, outside: SoakOutside, done: (exitCode: ExitCode) => void): void {
  const command = program
    .command('soak')
    .description('write batches and read them back until stopped, from here or, with --server, by its executors');
  for (const setting of Object.values(SETTINGS)) command.option(`${setting.flag} ${setting.usage}`, aboutOf(setting));
  command
    .option('--poisson', 'reads are due at random', false)
    .option('--ignore-mismatches', 'a row that is missing or other than written does not make the run fail', false)
    .option('--env-file <file>', "the resize tester's .env; flags win over it, and it wins over the environment")
    .option('--server <url>', 'have this server make the load; Ctrl-C then cancels the run')
    .option('--json', 'the result as JSON on standard output')
    .action(async (options: SoakOptions, self: Command) => {
      const job = soakJob(options, readEnvironment());
      for (const remark of job.remarks) outside.terminal.remark(remark);
      done(await carryOut(outside, self, job));
    });
}
