import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startNode } from './cassandra.mjs';
import { prepareSource, waitForOneChange } from './cdc-change.mjs';
import { startDebezium, TOPIC_PREFIX } from './debezium.mjs';
import { startKafka } from './kafka.mjs';
import { cacheRoot, freePort, readState } from './place.mjs';
import { postgres, postgresFolder } from './postgres.mjs';
import { isAlive, startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

export const CDC = 'cdc';
const NODE = `${CDC}.cassandra`;
const KAFKA = `${CDC}.kafka`;
const POSTGRES = `${CDC}.postgres`;
const DEBEZIUM = `${CDC}.debezium`;
const SINK = `${CDC}.sink`;
/** Beside the other nodes, so that no port of theirs is taken. */
const NODE_ADDRESS = '127.0.20.1';
const VARIABLE = 'TIDEMARK_TEST_CDC';
const program = join(import.meta.dirname, '..', '..', 'dist', 'apps', 'cdc-sink', 'main.js');

const folderOf = (name) => join(cacheRoot, CDC, name.slice(CDC.length + 1));

/** What is known of a running part of the pipeline; throws when it does not run. */
function running(name) {
  const state = readState(name);
  if (!state || !isAlive(state)) throw new Error(`${name} does not run: scripts/services start ${name}`);
  return state;
}

const node = {
  defaultPort: 19342,
  options: { 'sync-period': { type: 'string', default: '100ms' } },
  /** A node that keeps its commit log for readers; `sync-period` is how long a change may wait until they see it. */
  async start({ port: wanted, quick, heap, timeoutMs, 'sync-period': syncPeriod }) {
    const folder = folderOf(NODE);
    const port = await freePort(wanted, NODE_ADDRESS);
    const storagePort = await freePort(port + 1, NODE_ADDRESS);
    const yaml = {
      cdc_enabled: true,
      cdc_block_writes: true,
      cdc_total_space: '512MiB',
      cdc_raw_directory: join(folder, 'cdc_raw'),
      commitlog_sync_period: syncPeriod,
      commitlog_segment_size: '1MiB',
    };
    const started = await startNode({ folder, address: NODE_ADDRESS, port, storagePort, heap, quick, yaml }, timeoutMs);
    const contactPoint = `${NODE_ADDRESS}:${port}`;
    return { ...started, folder, port, contactPoint, environment: { [`${VARIABLE}_CASSANDRA`]: contactPoint } };
  },
  stop: (state) => stopProcess(state),
};

const kafka = {
  defaultPort: 29192,
  options: {},
  start: ({ port, quick, timeoutMs }) => startKafka({ folder: folderOf(KAFKA), port, quick, timeoutMs }),
  stop: (state) => stopProcess(state),
};

const database = {
  ...postgres,
  defaultPort: 25632,
  async start(options) {
    const { environment, ...state } = await postgres.start(options);
    return { ...state, environment: { [`${VARIABLE}_POSTGRES`]: Object.values(environment)[0] } };
  },
};

const debezium = {
  defaultPort: 28100,
  options: {},
  async start({ port, quick, timeoutMs }) {
    await prepareSource(running(NODE).contactPoint);
    const place = { folder: folderOf(DEBEZIUM), node: running(NODE), kafka: addressOf(running(KAFKA)) };
    return startDebezium({ ...place, port, quick, timeoutMs });
  },
  stop: (state) => stopProcess(state),
};

const addressOf = ({ port }) => `127.0.0.1:${port}`;

async function isHealthy(port) {
  const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(await answer.text());
}

const sink = {
  defaultPort: 28110,
  options: { table: { type: 'string', multiple: true, default: ['warehouse.users=cdc_users'] } },
  /** The project's own sink, as it was built last. */
  async start({ port: wanted, timeoutMs, table: tables }) {
    if (!existsSync(program)) throw new Error(`${program} is missing: npm run build`);
    const folder = folderOf(SINK);
    mkdirSync(folder, { recursive: true });
    const port = await freePort(wanted);
    const url = Object.values(running(POSTGRES).environment)[0];
    const broker = addressOf(running(KAFKA));
    const all = [...tables, PROBE_TABLE].flatMap((one) => ['--table', one]);
    const args = [
      '--enable-source-maps',
      program,
      '--kafka',
      broker,
      '--topic-prefix',
      TOPIC_PREFIX,
      '--port',
      String(port),
      ...all,
    ];
    const logFile = join(folder, 'sink.log');
    const env = { ...process.env, TIDEMARK_CDC_SINK_POSTGRES: url };
    const started = await startDetached(process.execPath, args, { cwd: folder, logFile, env });
    try {
      await waitUntilServing(started, () => isHealthy(port), timeoutMs);
    } catch (error) {
      await stopProcess(started, { signal: 'SIGKILL' });
      throw new Error(`The sink did not come up: ${error.message}\n${tailOf(logFile)}`, { cause: error });
    }
    return { ...started, folder, port, environment: { [`${VARIABLE}_SINK`]: `http://127.0.0.1:${port}` } };
  },
  stop: (state) => stopProcess(state),
};

/** One row that tells whether a change goes through. */
const PROBE_TABLE = 'warehouse.tidemark_beats=tidemark_beats';

/** The parts of the pipeline, each a service of its own, so that one can be stopped and started alone. */
export const cdcParts = { [NODE]: node, [KAFKA]: kafka, [POSTGRES]: database, [DEBEZIUM]: debezium, [SINK]: sink };

/** What has to run before what: all of one line may start, or stop, at the same time. */
export const CDC_ORDER = [
  [NODE, KAFKA, POSTGRES],
  [DEBEZIUM, SINK],
];

/** Folders with all that a pipeline has left. */
export const cdcFolders = () => [join(cacheRoot, CDC), postgresFolder(POSTGRES)];

/** Waits until a change has gone the whole way. */
export const waitForCdc = (timeoutMs) =>
  waitForOneChange({ contactPoint: running(NODE).contactPoint, postgresPort: running(POSTGRES).port }, timeoutMs);
