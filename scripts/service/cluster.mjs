import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { moduleArguments } from './cassandra-config.mjs';
import { startNode } from './cassandra.mjs';
import { cassandraJars, java } from './jars.mjs';
import { cacheRoot, freePort } from './place.mjs';
import { stopProcess } from './process.mjs';

const addressOf = (number) => `127.0.10.${number}`;

/** A ring of three, in equal parts; the fourth takes half of the second's part. */
const TOKENS = {
  1: '-9223372036854775808',
  2: '-3074457345618258603',
  3: '3074457345618258602',
  4: '-6148914691236517206',
};

/** The fourth node joins a ring that is under load: it waits until all know of it, and streams what it will own. */
const JOINING = {
  yaml: { auto_bootstrap: true },
  properties: {
    'cassandra.ring_delay_ms': '4000',
    // Each range is copied from the very replica that gives it up: otherwise a quorum could lose a row.
    'cassandra.consistent.rangemovement': 'true',
  },
};

const MORE_BY_NUMBER = { 4: JOINING };

export const CLUSTER = 'cluster';
/** The nodes that `start cluster` starts. */
export const FIRST_NODES = [1, 2, 3].map((number) => `${CLUSTER}.${number}`);

const placeFile = join(cacheRoot, CLUSTER, 'ports.json');

/** All nodes have the same ports, and keep them over a restart. */
async function portsOfCluster(wanted) {
  if (existsSync(placeFile)) return JSON.parse(readFileSync(placeFile, 'utf8'));
  const port = await freePort(wanted, addressOf(1));
  const storagePort = await freePort(port + 1, addressOf(1));
  mkdirSync(join(cacheRoot, CLUSTER), { recursive: true });
  writeFileSync(placeFile, JSON.stringify({ port, storagePort }));
  return { port, storagePort };
}

const clusterNode = (number) => ({
  defaultPort: 19242,
  options: {},
  /** Starts one node of the ring; the first has to run before the others. */
  async start({ port: wanted, quick, heap, timeoutMs }) {
    const folder = join(cacheRoot, CLUSTER, `node-${number}`);
    const address = addressOf(number);
    const { port, storagePort } = await portsOfCluster(wanted);
    const jmxPort = await freePort(port + 10 + number);
    const more = MORE_BY_NUMBER[number] ?? { yaml: {}, properties: {} };
    const node = {
      folder,
      address,
      port,
      storagePort,
      seeds: [1, 2, 3].map((seed) => `${addressOf(seed)}:${storagePort}`).join(','),
      token: TOKENS[number],
      heap,
      quick,
      yaml: { hinted_handoff_enabled: true, ...more.yaml },
      properties: { 'cassandra.jmx.local.port': String(jmxPort), ...more.properties },
    };
    const { pid, startedAt } = await startNode(node, timeoutMs);
    return { pid, startedAt, folder, port, jmxPort, contactPoint: `${address}:${port}`, environment: {} };
  },
  stop: (state) => stopProcess(state),
});

/** The nodes of the cluster, each a service of its own, so that one can be stopped and started alone. */
export const clusterNodes = Object.fromEntries(
  [1, 2, 3, 4].map((number) => [`${CLUSTER}.${number}`, clusterNode(number)]),
);

/** Runs nodetool against a running node, with this process's output; answers its exit code. */
export function nodetool({ jmxPort, folder }, args) {
  const quiet = join(folder, 'conf', 'logback-quiet.xml');
  writeFileSync(quiet, '<configuration><root level="OFF"/></configuration>');
  const properties = [`-Djava.io.tmpdir=${join(folder, 'tmp')}`, `-Dlogback.configurationFile=${quiet}`];
  const machine = ['-Xmx128M', '-XX:TieredStopAtLevel=1', ...properties, ...moduleArguments];
  const tool = ['-cp', join(cassandraJars(), '*'), 'org.apache.cassandra.tools.NodeTool'];
  const where = ['-h', '127.0.0.1', '-p', String(jmxPort)];
  return spawnSync(java, [...machine, ...tool, ...where, ...args], { stdio: 'inherit', cwd: folder }).status ?? 1;
}
