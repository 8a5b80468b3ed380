import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { systemClock } from '#libs/load/clock.js';
import { fleetAt } from './sim-fleet.js';
import { startDouble } from './double-server.js';

/* A stand-in of Scylla Cloud's API on loopback, for tests and for trying things by hand. */

const flags = new Command('cloud-double')
  .description("Scylla Cloud's API for one cluster, as far as a resize needs it")
  .option('--port <n>', 'port on 127.0.0.1; 0 picks a free one', Number, 0)
  .option('--nodes <n>', 'nodes at the start', Number, 3)
  .option('--account <n>', 'account id', Number, 110_632)
  .option('--cluster <n>', 'cluster id', Number, 47_716)
  .option('--replication-factor <n>', 'of the data center', Number, 3)
  .option('--token <text>', 'token that calls must carry', 'double')
  .option('--script <file>', 'how resizes go and what goes wrong (JSON)')
  .option('--simulator <url>', 'control port of a simulator whose nodes come and go with those of the double')
  .parse()
  .opts<{
    port: number;
    nodes: number;
    account: number;
    cluster: number;
    replicationFactor: number;
    token: string;
    script?: string;
    simulator?: string;
  }>();

const running = await startDouble(
  {
    token: flags.token,
    accountId: flags.account,
    clusterId: flags.cluster,
    replicationFactor: flags.replicationFactor,
    nodes: flags.nodes,
    clock: systemClock,
    ...(flags.script !== undefined && { script: JSON.parse(await readFile(flags.script, 'utf8')) }),
    ...(flags.simulator !== undefined && { fleet: fleetAt(flags.simulator) }),
  },
  flags.port,
);
process.stdout.write(`${JSON.stringify({ url: running.url, pid: process.pid })}\n`);
const end = (): void => void running.close().then(() => process.exit(0));
process.once('SIGTERM', end);
process.once('SIGINT', end);
