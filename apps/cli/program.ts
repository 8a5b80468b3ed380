import { Command, InvalidArgumentError, Option } from 'commander';
import { HistogramType } from '#libs/contract/interval.js';
import { RunStatus } from '#libs/contract/status.js';
import { type ProcessName, processNames, processOf } from './children.js';
import type { CliConfig } from './config.js';
import * as executorCommands from './executor-commands.js';
import { addCdc } from './cdc/cdc-command.js';
import { addDatasets } from './datasets/datasets-command.js';
import { addGenerate, type GenerateOutside } from './generate/generate-command.js';
import { addKeys } from './keys/keys-command.js';
import { addLoad } from './load/load-command.js';
import { addQuery } from './query/query-command.js';
import { addResources } from './resources/resource-commands.js';
import { addCompare } from './report/compare-command.js';
import { addReport } from './report/report-command.js';
import { addSearch } from './search/search-command.js';
import { carryOut, carryOutHere } from './service/carry-out.js';
import type { ServiceOutside } from './service/outside.js';
import { addSoak } from './soak/soak-command.js';
import { addSuite } from './suite/suite-command.js';
import type { Remote } from './remote.js';
import * as commands from './run-commands.js';
import type { Terminal } from './terminal.js';
import { addZookeeperReport } from './zookeeper/report-command.js';
import { addZookeeper } from './zookeeper/zookeeper-command.js';

/** Everything outside that the commands touch; tests put their own in its place. */
export interface Outside {
  terminal: Terminal;
  config: CliConfig;
  connect(config: CliConfig): Remote;
  runProcess(name: ProcessName, args: readonly string[]): Promise<number>;
}

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found ${text}`);
  return Number(text);
};

/**
 * The program as commander reads it; `done` is told the exit code of the command that ran. `stress` is only listed: its
 * arguments are cassandra-stress's and never pass through here (see main.ts).
 */
export function createProgram(outside: Outside, done: (exitCode: number) => void): Command {
  const { terminal, config } = outside;
  const program = new Command('tidemark')
    .description('Benchmarks Cassandra and ScyllaDB, here or through a Tidemark server.')
    .option('--server <url>', 'the API (TIDEMARK_SERVER)', config.server)
    .option('--json', 'results as JSON on standard output', false)
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => terminal.write(text), writeErr: (text) => terminal.remark(text.trimEnd()) })
    .exitOverride();

  program
    .command('stress')
    .usage('<a cassandra-stress command line>')
    .description('run a cassandra-stress command line here, without a server; "stress --help" says what it takes');

  const remoteCommand = (usage: string, about: string): Command =>
    program
      .command(usage)
      .description(about)
      .option('--server <url>', 'the API (TIDEMARK_SERVER)')
      .option('--json', 'results as JSON on standard output');
  const session = (command: Command): commands.Session & { json: boolean } => {
    const options: { server?: string; json?: boolean } = command.opts();
    const general: { server: string; json: boolean } = program.opts();
    const server = options.server ?? general.server;
    return {
      remote: outside.connect({ ...config, server }),
      terminal,
      json: (options.json ?? false) || general.json,
    };
  };

  remoteCommand('run <file>', 'post a run definition, JSON or YAML ("-" reads standard input)')
    .option('--watch', 'show it to its end; the exit code tells how it ended', false)
    .action(async (file: string, options: { watch: boolean }, command: Command) => {
      const { json, ...rest } = session(command);
      done(await commands.run(rest, file, { watch: options.watch, json }));
    });
  remoteCommand('watch <run>', 'show a run to its end; the exit code tells how it ended').action(
    async (runId: string, _options: unknown, command: Command) => {
      const { json, ...rest } = session(command);
      done(await commands.watch(rest, runId, { json }));
    },
  );
  remoteCommand('cancel <run>', 'cancel a run; what was measured is kept').action(
    async (runId: string, _options: unknown, command: Command) => done(await commands.cancel(session(command), runId)),
  );
  remoteCommand('results <run>', 'show what a run measured').action(
    async (runId: string, _options: unknown, command: Command) => {
      const { json, ...rest } = session(command);
      done(await commands.results(rest, runId, { json }));
    },
  );
  remoteCommand('list', 'list runs, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(RunStatus.options))
    .option('--label <key[:value]>', 'only with this label')
    .option('--limit <n>', 'how many at most', wholeNumber, 20)
    .action(async (options: { status?: RunStatus; label?: string; limit: number }, command: Command) => {
      const { json, ...rest } = session(command);
      const { status, label, limit } = options;
      done(await commands.list(rest, { status, label, limit, json }));
    });
  remoteCommand('executors', 'list executors: who is alive and what each one does').action(
    async (_options: unknown, command: Command) => {
      const { json, ...rest } = session(command);
      done(await executorCommands.executors(rest, { json }));
    },
  );
  for (const [usage, draining, about] of [
    ['drain <executor>', true, 'let an executor end what it does and give it nothing new'],
    ['resume <executor>', false, 'give a drained executor work again'],
  ] as const)
    remoteCommand(usage, about).action(async (id: string, _options: unknown, command: Command) => {
      const { json, ...rest } = session(command);
      done(await executorCommands.setDraining(rest, id, { draining, json }));
    });
  remoteCommand('hdr <run>', 'download the histogram log that HdrHistogram reads')
    .option('-o, --output <file>', 'where to; standard output when absent')
    .option('--op <operation>', 'only this operation')
    .addOption(new Option('--type <clock>', 'only this clock').choices(HistogramType.options))
    .action(
      async (
        runId: string,
        { output, op, type }: { output?: string; op?: string; type?: HistogramType },
        command: Command,
      ) => done(await commands.hdr(session(command), runId, { output, op, type })),
    );

  const workplace: GenerateOutside = {
    terminal,
    session: (command) =>
      [command, program].some((one) => one.getOptionValueSource('server') === 'cli') ? session(command) : undefined,
    isJson: (command) => session(command).json,
  };
  addGenerate(program, workplace, done);
  addLoad(program, workplace, done);
  addQuery(program, workplace, done);
  addZookeeper(program, workplace, done);
  addSoak(program, workplace, done);
  addCdc(program, workplace, done);
  addZookeeperReport(program, terminal, done);
  const service: ServiceOutside = {
    carryOut: (command, body, options) => {
      const showing = { json: workplace.isJson(command), report: options.report };
      const named = workplace.session(command);
      const connect = (server: string) => ({ remote: outside.connect({ ...config, server }), terminal });
      return named ? carryOut(named, body, showing) : carryOutHere(connect, body, { ...showing, ...options });
    },
  };
  addSuite(program, service, done);
  addSearch(program, service, done);
  addKeys(program, { session }, done);
  addDatasets(program, session, done);
  addResources(program, { session }, done);
  addReport(program, session, done);
  addCompare(program, session, done);

  for (const name of processNames) {
    const { about, options } = processOf(name);
    const command = program.command(name).description(about);
    if (options === 'its own')
      command
        .argument('[arguments...]')
        .allowUnknownOption()
        .passThroughOptions()
        .helpOption(false)
        .action(async (args: string[]) => done(await outside.runProcess(name, args)));
    else {
      for (const [flag, what] of Object.entries(options)) command.option(flag, what);
      command
        .addHelpText('after', '\nSettings are TIDEMARK_ variables: tidemark config lists them.')
        .action(async (given: Record<string, true>) =>
          done(
            await outside.runProcess(
              name,
              Object.keys(given).map((flag) => `--${flag}`),
            ),
          ),
        );
    }
  }
  return program;
}
