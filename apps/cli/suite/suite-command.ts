import { type Command, Option } from 'commander';
import { CodedError } from '#libs/contract/problem.js';
import type { ExitCode } from '../exit-code.js';
import { readDocument } from '../run-file.js';
import type { ServiceOutside } from '../service/outside.js';
import { PRESETS, type SuiteOptions, suiteRun } from './suite-options.js';
import { executorsOf } from '../service/outside.js';

const collect = (value: string, former: readonly string[]): string[] => [...former, value];

/** `tidemark suite`: a suite of a file or a preset, here or, with --server, by the executors of a server. */
export function addSuite(program: Command, outside: ServiceOutside, done: (exitCode: ExitCode) => void): void {
  program
    .command('suite')
    .argument('[file]', 'the suite, JSON or YAML: a run definition, or its spec alone; "-" reads standard input')
    .description('run a suite of runs, here or, with --server, by the executors of a server')
    .addOption(new Option('--preset <name>', 'in place of a file').choices(Object.keys(PRESETS)))
    .option('--param <name=value>', 'a parameter of the suite; may be repeated', collect, [])
    .option('--node <host,…>', 'contact points of the target')
    .option('--hosts <connect-string>', 'the target, where that is a ZooKeeper ensemble')
    .option('--name <name>', 'name of the run')
    .option('--label <name=value>', 'label of the run and its steps; may be repeated', collect, [])
    .option('--report <file>', 'write the HTML report there')
    .option('--executors <n>', 'executors to start here', executorsOf, 1)
    .option('--server <url>', 'have this server carry it out')
    .option('--json', 'the result as JSON on standard output')
    .action(
      async (
        file: string | undefined,
        options: SuiteOptions & { report?: string; executors: number },
        self: Command,
      ) => {
        if ((file === undefined) === (options.preset === undefined))
          throw new CodedError('VALIDATION_FAILED', 'expected a file or --preset, and not both');
        const body = suiteRun(file === undefined ? undefined : await readDocument(file), options);
        done(await outside.carryOut(self, body, options));
      },
    );
}
