import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.js';
import type { GenerateOutside } from '../generate/generate-command.js';
import { cdcHere } from './cdc-here.js';
import { cdcJob, type CdcOptions } from './cdc-options.js';
import { addSettings } from '../given-settings.js';
import { SETTINGS } from './cdc-settings.js';
import { cdcThere } from './cdc-there.js';
import { readEnvironment } from './config.js';

/** `tidemark cdc`: the variables of the CDC pipeline benchmark, and flags for each. */
export function addCdc(program: Command, outside: GenerateOutside, done: (exitCode: ExitCode) => void): void {
  const command = program
    .command('cdc')
    .description('lag and losses of a CDC pipeline to PostgreSQL; without --cassandra-host a simulated one');
  addSettings(command, SETTINGS)
    .option('--simulated', 'simulator, relay and, without --postgres-host, an embedded PostgreSQL', false)
    .option('--scylla-log', "how long ScyllaDB's own CDC log takes, without a pipeline and PostgreSQL", false)
    .option('--poisson', 'events are due at random', false)
    .option('--no-create', 'keyspace and tables are there')
    .option('--postgres-tls', 'speak TLS with PostgreSQL', false)
    .option('--no-postgres-tls-verify', 'TLS that trusts any certificate')
    .option('--env-file <file>', "the original's variables; flags win over it, and it wins over the environment")
    .option('--server <url>', 'have this server run it')
    .option('--json', 'the result as JSON on standard output')
    .action(async (options: CdcOptions, self: Command) => {
      const json = outside.isJson(self);
      const job = cdcJob(options, readEnvironment());
      const session = outside.session(self);
      done(session === undefined ? await cdcHere(job, json, outside.terminal) : await cdcThere(session, job, json));
    });
}
