import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Policies } from '#libs/contract/run.js';
import type { ExitCode } from '../exit-code.js';
import type { GenerateOutside } from '../generate/generate-command.js';
import { loadVariables } from './config.js';
import { loadHere } from './load-here.js';
import type { LoadOptions } from './load-options.js';
import { loadThere } from './load-there.js';

const number = (text: string): number => {
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new InvalidArgumentError(`expected a number, found ${text}`);
  return Number(text);
};

const typed = (text: string, before: readonly string[]): string[] => {
  if (!/^[^=]+=[^=]+$/.test(text)) throw new InvalidArgumentError(`expected column=type, found ${text}`);
  return [...before, text];
};

/** `tidemark load`: the flags of the load generator's setup_scylla.py, and some more. `done` is told the exit code. */
export function addLoad(program: Command, outside: GenerateOutside, done: (exitCode: ExitCode) => void): void {
  program
    .command('load')
    .description('load CSV files into a table, here or, with --server, by the executors of a server')
    .option('--hosts <list>', 'contact points, separated by commas (SCYLLA_HOSTS; default 127.0.0.1)')
    .option('--port <n>', 'CQL port (SCYLLA_PORT; default 9042)', number)
    .option('--keyspace <name>', 'SCYLLA_KEYSPACE; default content_db')
    .option('--table <name>', 'SCYLLA_TABLE; default content_data')
    .option('--username <name>', 'SCYLLA_USERNAME')
    .option('--password <text>', 'SCYLLA_PASSWORD')
    .option('--local-datacenter <name>', 'only its nodes are used')
    .option('--csv-pattern <glob>', 'which files, ** over folders too (CSV_DIR/FILE_GLOB; default ./data/*.csv)')
    .option('--no-header', 'files begin with their first row (CSV_HAS_HEADER=false)')
    .option('--columns <names>', 'columns of the table in the order of the files; those of the header when absent')
    .option('--delimiter <char>', 'between fields; default a comma')
    .addOption(new Option('--empty-as <what>', 'an empty field of text').choices(['unset', 'text']))
    .option('--skip-create', 'keyspace and table are there', false)
    .option('--replication-factor <n>', 'of a keyspace that is made; default 3', number)
    .option('--replication <list>', 'by datacenter, such as dc1=3,dc2=2')
    .option('--partition-key <names>', 'of a table that is made; default sort_key')
    .option('--clustering <names>', 'of a table that is made')
    .option(
      '--type <column=type>',
      'of a table that is made, once for each; sort_key is a uuid, the rest text',
      typed,
      [],
    )
    .option('--batch-size <n>', 'unlogged batches of at most so many rows; default 1, prepared inserts', number)
    .addOption(new Option('--batch-by <what>', 'which rows share a batch').choices(['partition', 'tokenRange', 'any']))
    .option('--concurrency <n>', 'requests in flight; default 128', number)
    .option('--lanes <n>', 'loading threads; as many as cores when absent', number)
    .option('--threads <n>', 'the same', number)
    .option('--rate <n>', 'rows per second at most', number)
    .option('--consistency <level>', 'SCYLLA_CONSISTENCY; default LOCAL_QUORUM')
    .option('--ttl <seconds>', 'of every row', number)
    .option('--timestamp-column <name>', 'column of the write time')
    .addOption(new Option('--timestamp-unit <unit>', 'of the write time').choices(['us', 'ms', 's']))
    .option('--timeout <seconds>', 'of a request; default 12', number)
    .option('--retries <n>', 'of a request; default 9', number)
    .option('--max-rejected <n>', 'rows of a file that cannot be written; default 1000', number)
    .option('--max-failed <n>', 'rows of a file that the target does not take; default 0', number)
    .option('--restart', 'load every row again, whatever a run before has loaded', false)
    .option('--verify <what>', 'none, full, or the share of the rows to read back afterwards, such as 0.01', 'none')
    .option('--state-dir <folder>', 'for progress and rejected rows; beside the files when absent')
    .option('--env-file <file>', "variables of the load generator's .env")
    .option('--executors <n>', 'with --server: how many share the work', number, 1)
    .addOption(
      new Option('--lost-executor <what>', 'with --server: what becomes of the run when an executor dies')
        .choices(['fail', 'continue', 'requeue'])
        .default('fail'),
    )
    .option('--server <url>', 'have the executors of this server load a dataset below their data root')
    .option('--json', 'the result as JSON on standard output')
    .action(
      async (
        options: LoadOptions & {
          executors: number;
          lostExecutor: Policies['lostExecutor'];
          envFile?: string;
          stateDir?: string;
        },
        command: Command,
      ) => {
        const json = outside.isJson(command);
        const session = outside.session(command);
        const variables = loadVariables(options.envFile);
        done(
          session === undefined
            ? await loadHere(options, variables, json, outside.terminal)
            : await loadThere(session, options, variables, { ...options, json }),
        );
      },
    );
}
