#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { JARS } from './service/jars.mjs';
import { nodetool } from './service/cluster.mjs';
import {
  NAMES,
  SERVICES,
  runningService,
  serviceEnvironment,
  startServices,
  stopService,
} from './service/registry.mjs';

const SERVICE = NAMES.join('|');
const USAGE = `Real services for tests: plain processes on 127.0.0.1, data under the user's cache folder.

  scripts/services start <service> ...   start and wait until it serves; safe to call twice
      --port N         port to take when it is free
      --timeout S      how long to wait (180)
      cassandra, cluster and cdc:  --quick (for tests, not for benchmarks)  --heap 512M
      cassandra only:  --auth (cassandra/cassandra)  --tls
      cdc only:  --sync-period 100ms (Cassandra's commitlog_sync_period)  --table keyspace.table=table ... (what the sink takes)
      zookeeper.guarded always has both: SASL DIGEST-MD5 (tidemark/tidemark) and TLS on a port of its own
  scripts/services stop [name ...] [--wipe]      stop (all), and delete the data
  scripts/services status                        what runs
  scripts/services env                           the variables by which tests find what is here
  scripts/services nodetool cluster.N <arguments>   Cassandra's nodetool on one node of the cluster
  scripts/services jar ${Object.keys(JARS).join('|')}   download once and print where it is
  scripts/services stress <arguments>            the genuine Java cassandra-stress (needs -mode ... protocolVersion=4)

Services: ${SERVICE}.
cluster is three Cassandra nodes in one ring on 127.0.10.1 to .3, empty at its start; cluster.2 is one of them, cluster.4
a fourth that joins them. ensemble is three ZooKeeper servers, zookeeper.1 to zookeeper.3, empty at their start.
cdc is a Cassandra node with CDC, Debezium's agent, Kafka, this project's sink and a PostgreSQL, each a service of its own
(cdc.cassandra, cdc.debezium, cdc.kafka, cdc.sink, cdc.postgres), empty when none of them ran; it serves once a change has gone the whole way, and needs a built project.
Needs: cassandra, cluster, cdc, zookeeper, ensemble and the jars Java 17 and Maven, postgres and redis Debian's packages.`;

const print = (environment) => {
  for (const [variable, value] of Object.entries(environment)) console.log(`${variable}=${value}`);
};

function usageError(message) {
  console.error(`${message}\n\n${USAGE}`);
  return 2;
}

const unknownOf = (names, known) => names.filter((name) => !known.includes(name));

async function start(args) {
  const { values, positionals: names } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      timeout: { type: 'string', default: '180' },
      ...Object.assign({}, ...Object.values(SERVICES).map((service) => service.options)),
    },
  });
  const unknown = unknownOf(names, NAMES);
  if (names.length === 0 || unknown.length > 0)
    return usageError(`start: expected ${SERVICE}, found ${unknown.join(' ') || 'nothing'}`);
  if (values.port !== undefined && names.length > 1) return usageError('start: --port goes with one service');
  const { port, timeout, ...rest } = values;
  const options = { ...rest, timeoutMs: Number(timeout) * 1000, ...(port === undefined ? {} : { port: Number(port) }) };
  for (const name of names) {
    const startedMs = Date.now();
    for (const { name: one, pid, already, environment } of await startServices(name, options)) {
      const how = already ? 'runs already' : `serves after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
      console.error(`${one} ${how} (pid ${pid})`);
      print(environment);
    }
  }
  return 0;
}

async function stop(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { wipe: { type: 'boolean', default: false } },
  });
  const unknown = unknownOf(positionals, NAMES);
  if (unknown.length > 0) return usageError(`stop: expected ${SERVICE}, found ${unknown.join(' ')}`);
  for (const name of positionals.length > 0 ? positionals : Object.keys(SERVICES)) {
    console.error(`${name} ${(await stopService(name, values)) ? 'stopped' : 'was not running'}`);
  }
  return 0;
}

function status() {
  for (const name of Object.keys(SERVICES)) {
    const running = runningService(name);
    console.log(
      running ? `${name} runs: pid ${running.pid}, port ${running.port}, ${running.folder}` : `${name} does not run`,
    );
  }
  return 0;
}

function jar(names) {
  const unknown = unknownOf(names, Object.keys(JARS));
  if (names.length === 0 || unknown.length > 0) return usageError(`jar: expected ${Object.keys(JARS).join('|')}`);
  for (const name of names) print({ [JARS[name].variable]: JARS[name].fetch() });
  return 0;
}

/** Runs nodetool on a node of the cluster. */
function runNodetool([name = '', ...args]) {
  const node = runningService(name);
  if (node?.jmxPort === undefined) return usageError(`nodetool: expected a running node, as cluster.1, found ${name}`);
  return nodetool(node, args);
}

const stress = (args) => spawnSync(JARS['cassandra-stress'].fetch(), args, { stdio: 'inherit' }).status ?? 1;

const help = () => {
  console.log(USAGE);
  return 0;
};

const COMMANDS = {
  start,
  stop,
  status,
  env: () => (print(serviceEnvironment()), 0),
  nodetool: runNodetool,
  jar,
  stress,
  help,
  '--help': help,
};

const [command = '--help', ...args] = process.argv.slice(2);
try {
  process.exitCode = await (COMMANDS[command]?.(args) ?? usageError(`unknown command ${command}`));
} catch (error) {
  console.error(error.message);
  process.exitCode = error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}
