import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Policies } from '#libs/contract/run.js';
import type { ExitCode } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import type { Terminal } from '../terminal.js';
import { generateHere } from './generate-here.js';
import type { GenerateOptions } from './generate-options.js';
import { generateThere } from './generate-there.js';

const number = (text: string): number => {
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new InvalidArgumentError(`expected a number, found ${text}`);
  return Number(text);
};

export interface GenerateOutside {
  terminal: Terminal;
  /** The server that the caller named for this command; undefined when the files are to be made here. */
  session(command: Command): Session | undefined;
  isJson(command: Command): boolean;
}

/** `tidemark generate`: the flags of the load generator's gen.py, and some more. `done` is told the exit code. */
export function addGenerate(program: Command, outside: GenerateOutside, done: (exitCode: ExitCode) => void): void {
  program
    .command('generate')
    .description('make CSV files of random rows, here or, with --server, by the executors of a server')
    .option('--output-dir <folder>', 'where to; on a server the name of the dataset', 'data')
    .requiredOption('--num-files <n>', 'files', number)
    .requiredOption('--rows-per-file <n>', 'rows of each', number)
    .option('--threads <n>', 'workers in the names of the files, and threads as far as there are cores', number, 4)
    .option('--min-size <bytes>', 'smallest row; sizes are uniform then', number)
    .option('--max-size <bytes>', 'largest row; sizes are uniform then', number)
    .option('--sizes <file>', 'size distribution, JSON; production-like when absent')
    .option('--incremental-uuid', 'keys count up from 1 in place of random ones', false)
    .option('--seed <n>', 'the same seed and flags give the same files', number, 1)
    .option('--columns <names>', 'payload columns, separated by commas')
    .option('--compressible <share>', 'share of the payload that compresses well, 0 to 1', number, 0)
    .addOption(new Option('--compression <type>', 'of the files').choices(['none', 'gzip', 'zstd']).default('none'))
    .option('--no-header', 'files begin with their first row')
    .option('--overwrite', 'replace another dataset in the folder', false)
    .option('--durable', 'a file gets its name only when the disk has it', false)
    .option('--min-free <bytes>', 'what must stay free on the disk', number)
    .option('--executors <n>', 'with --server: how many share the work', number, 1)
    .addOption(
      new Option('--lost-executor <what>', 'with --server: what becomes of the run when an executor dies')
        .choices(['fail', 'continue', 'requeue'])
        .default('fail'),
    )
    .option('--server <url>', 'have this server make the files, below the data root of its executors')
    .option('--json', 'the result as JSON on standard output')
    .action(
      async (
        options: GenerateOptions & { executors: number; lostExecutor: Policies['lostExecutor'] },
        command: Command,
      ) => {
        const json = outside.isJson(command);
        const session = outside.session(command);
        done(
          session === undefined
            ? await generateHere(options, json, outside.terminal)
            : await generateThere(session, options, { ...options, json }),
        );
      },
    );
}
