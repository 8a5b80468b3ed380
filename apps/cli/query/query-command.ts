import { type Command, InvalidArgumentError, Option } from 'commander';
import { CodedError } from '#libs/contract/problem.js';
import type { ExitCode } from '../exit-code.js';
import { addS3Options } from '../s3/s3-options.js';
import type { Session } from '../run-commands.js';
import type { Terminal } from '../terminal.js';
import { readEnvironment } from './config.js';
import { queryHere } from './query-here.js';
import type { QueryOptions } from './query-options.js';
import { addSettings } from '../given-settings.js';
import { SETTINGS } from './query-settings.js';
import { queryThere } from './query-there.js';

export interface QueryOutside {
  terminal: Terminal;
  /** The server that the caller named for this command; undefined when the queries are to be made from here. */
  session(command: Command): Session | undefined;
  isJson(command: Command): boolean;
}

/** What the original handed on to its workers behind `--`. */
function withWorkerWords(options: QueryOptions, words: readonly string[]): QueryOptions {
  const odd = words.filter((word) => word !== '--dry-run');
  if (odd.length > 0)
    throw new CodedError('VALIDATION_FAILED', 'the queries cannot be made as asked', [
      { path: '--', message: `expected --dry-run or nothing, found ${odd.join(' ')}` },
    ]);
  return { ...options, dryRun: options.dryRun || words.length > 0 };
}

function withoutContainers(): never {
  throw new InvalidArgumentError(
    'No file for Docker Compose is written: with --server the workers are the executors of that server, which may run in containers.',
  );
}

/** `tidemark query`: the flags of the load generator's coordinator.py and the variables of its workers. */
export function addQuery(program: Command, outside: QueryOutside, done: (exitCode: ExitCode) => void): void {
  const command = addS3Options(program.command('query'))
    .description('look up the keys of CSV files, from here or, with --server, by the executors of a server')
    .argument('[worker-arguments...]', 'after --: --dry-run, as the original has it');
  addSettings(command, SETTINGS)
    .addOption(
      new Option('--mode <mode>', 'local only: in place of containers a server has executors')
        .argParser((mode) => (mode === 'local' ? mode : withoutContainers()))
        .default('local'),
    )
    .addOption(new Option('--output <file>', 'of --mode docker').argParser(withoutContainers).hideHelp())
    .option('--no-header', 'files begin with their first row (CSV_HAS_HEADER=false)')
    .option('--dry-run', 'read and queue the rows, but ask nobody', false)
    .option('--shuffle', 'files and rows in random order', false)
    .option('--open', 'with --rate: queries are sent when they are due, and waiting counts', false)
    .option('--check-payload', 'the row has the values of the CSV', false)
    .option('--fail-on-mismatch', 'exit code 1 when a row is missing or differs', false)
    .option('--env-file <file>', "the load generator's .env; flags win over it, and it wins over the environment")
    .option('--assignments <file>', 'write there which worker reads which files, JSON')
    .option('--server <url>', 'have this server make the queries, of a dataset below the data root of its executors')
    .option('--json', 'the result as JSON on standard output')
    .action(async (words: string[], given: QueryOptions, self: Command) => {
      const options = withWorkerWords(given, words);
      const json = outside.isJson(self);
      const session = outside.session(self);
      done(
        session === undefined
          ? await queryHere(options, readEnvironment(), json, outside.terminal)
          : await queryThere(session, options, readEnvironment(), json),
      );
    });
}
