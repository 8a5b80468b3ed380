import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.js';
import type { GenerateOutside } from '../generate/generate-command.js';
import { readEnvironment } from './config.js';
import { zookeeperHere } from './zookeeper-here.js';
import { zookeeperJob, type ZookeeperOptions } from './zookeeper-options.js';
import { addSettings } from '../given-settings.js';
import { SETTINGS } from './zookeeper-settings.js';
import { zookeeperThere } from './zookeeper-there.js';

/** `tidemark zookeeper`: the flags of parameterized-locust.sh, its variables, and Locust's own flags behind `--`. */
export function addZookeeper(program: Command, outside: GenerateOutside, done: (exitCode: ExitCode) => void): void {
  const command = program
    .command('zookeeper')
    .description('load on a ZooKeeper ensemble, from here or, with --server, by the executors of a server')
    .argument('[words...]', 'after --: -c, -r, -t and -f of Locust; anywhere: --bench-<name> <value>')
    .allowUnknownOption();
  addSettings(command, SETTINGS)
    .option('--open', 'with --rate: operations are begun when they are due, and waiting counts', false)
    .option('--poisson', 'with --open: due at random', false)
    .option('--tls', 'speak TLS', false)
    .option('--no-tls-verify', 'trust any certificate')
    .option('--env-file <file>', "the original's variables; flags win over it, and it wins over the environment")
    .option('--server <url>', 'have this server make the load')
    .option('--json', 'the result as JSON on standard output')
    .action(async (words: string[], options: ZookeeperOptions, self: Command) => {
      const json = outside.isJson(self);
      const job = zookeeperJob(options, words, readEnvironment());
      const session = outside.session(self);
      done(
        session === undefined
          ? await zookeeperHere(job, json, outside.terminal)
          : await zookeeperThere(session, job, json),
      );
    });
}
