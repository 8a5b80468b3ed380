import { type Command, InvalidArgumentError } from 'commander';
import { CodedError } from '#libs/contract/problem.js';
import type { ExitCode } from '../exit-code.js';
import { type Document, readDocument } from '../run-file.js';
import { executorsOf, type ServiceOutside } from '../service/outside.js';
import { probedFile, probedLine } from './probed.js';
import { type SearchOptions, searchRun } from './search-options.js';

const number = (text: string): number => {
  if (text.trim() === '' || !Number.isFinite(Number(text)))
    throw new InvalidArgumentError(`expected a number, found ${text}`);
  return Number(text);
};

const collect = (value: string, former: readonly string[]): string[] => [...former, value];

interface Flags extends SearchOptions {
  file?: string;
  report?: string;
  executors: number;
}

/** What is to be probed, from one of the two places where that can be said. */
async function readProbed(words: readonly string[], file: string | undefined): Promise<Document> {
  if ((file === undefined) === (words.length === 0))
    throw new CodedError('VALIDATION_FAILED', 'expected --file or a cassandra-stress line behind --, and not both');
  return file === undefined ? probedLine(words.join(' ')) : probedFile(await readDocument(file));
}

/** `tidemark search`: the highest rate that meets thresholds, or a sweep over rates, of a run of a file or a cassandra-stress line. */
export function addSearch(program: Command, outside: ServiceOutside, done: (exitCode: ExitCode) => void): void {
  program
    .command('search')
    .usage('[options] --file <run.yaml> | [options] -- <a cassandra-stress command line>')
    .argument('[words...]', 'the run to make at each rate, such as: read cl=ONE -rate threads=100 -pop seq=1..1000000')
    .description('look for the highest rate that meets thresholds, or measure latency against rate')
    .option(
      '--file <file>',
      'the run to make at each rate, JSON or YAML as for tidemark run, of kind stress, query, load, zookeeper or cdc; or a search; "-" reads standard input',
    )
    .option('--threshold <figure>', 'p99Ms<10, errorRatio<=0, READ.p50Ms<2 …; may be repeated', collect, [])
    .option('--from <rate>', 'operations per second that the search begins with', number)
    .option('--to <rate>', 'no higher rate is tried', number)
    .option('--sweep <rates>', 'in place of a search: 1000,2000,5000, or 1000..10000:10, or 1000..10000:10log')
    .option('--precision <share>', 'how near the rates that meet and miss have to be (0.02)', number)
    .option('--repeats <n>', 'probes of each of these two (3)', number)
    .option('--max-probes <n>', 'probes in all (60)', number)
    .option('--probe <seconds>', 'how long each probe is measured (30)', number)
    .option('--warm-up <seconds>', 'before each probe, unrecorded (5)', number)
    .option('--pause <seconds>', 'between probes (0)', number)
    .option('--node <host,…>', 'contact points of the target; -node in the line says the same')
    .option('--hosts <connect-string>', 'the target, where that is a ZooKeeper ensemble')
    .option('--name <name>', 'name of the run')
    .option('--report <file>', 'write the HTML report with its plot there')
    .option('--executors <n>', 'executors to start here', executorsOf, 1)
    .option('--server <url>', 'have this server carry it out')
    .option('--json', 'the result as JSON on standard output')
    .action(async (words: string[], { file, ...options }: Flags, self: Command) => {
      const body = searchRun(await readProbed(words, file), options);
      done(await outside.carryOut(self, body, options));
    });
}
