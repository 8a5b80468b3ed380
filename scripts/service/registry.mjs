import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cassandra } from './cassandra.mjs';
import { CDC, CDC_ORDER, cdcFolders, cdcParts, waitForCdc } from './cdc.mjs';
import { CLUSTER, clusterNodes, FIRST_NODES } from './cluster.mjs';
import { presentJars } from './jars.mjs';
import { cacheRoot, forgetState, readState, writeState } from './place.mjs';
import { postgres } from './postgres.mjs';
import { isAlive } from './process.mjs';
import { redis } from './redis.mjs';
import { ENSEMBLE, ensembleServers, guarded, zookeeper } from './zookeeper.mjs';

/** A second one, for tests that stop and start it again while others use the first. */
const spare = (service, variable) => ({
  ...service,
  defaultPort: service.defaultPort + 1,
  async start(options) {
    const { environment, ...state } = await service.start(options);
    return { ...state, environment: { [variable]: Object.values(environment)[0] } };
  },
});

/** Every service that can be started; a new one is one line here. */
export const SERVICES = {
  cassandra,
  postgres,
  redis,
  'postgres.spare': spare(postgres, 'TIDEMARK_TEST_POSTGRES_SPARE'),
  'redis.spare': spare(redis, 'TIDEMARK_TEST_REDIS_SPARE'),
  zookeeper,
  'zookeeper.guarded': guarded,
  ...clusterNodes,
  ...ensembleServers,
  ...cdcParts,
};

/** A name for several services. */
const GROUPS = {
  [CLUSTER]: Object.keys(clusterNodes),
  [ENSEMBLE]: Object.keys(ensembleServers),
  [CDC]: CDC_ORDER.flat(),
};

/** Every name that can be given. */
export const NAMES = [...Object.keys(SERVICES), ...Object.keys(GROUPS)];

/** What is known of a started service that is still alive. */
export function runningService(name) {
  const state = readState(name);
  return state && isAlive(state) ? state : undefined;
}

/** Starts a service unless it runs already; answers what is known of it. */
async function startOne(name, options) {
  const running = runningService(name);
  if (running) return { ...running, name, already: true };
  const service = SERVICES[name];
  const state = await service.start({ name, ...options, port: options.port ?? service.defaultPort });
  writeState(name, state);
  return { ...state, name, already: false };
}

/**
 * Three nodes in one ring. What a former ring has left is deleted when none of its nodes runs: a ring of tests begins
 * empty. The first node has to be there for the others to join, which they do at the same time.
 */
async function startCluster(options) {
  if (!GROUPS[CLUSTER].some(runningService)) rmSync(join(cacheRoot, CLUSTER), { recursive: true, force: true });
  const [first, ...others] = FIRST_NODES;
  return [await startOne(first, options), ...(await Promise.all(others.map((name) => startOne(name, options))))];
}

/** Three servers of one ensemble, which find their leader together. Empty when none of them runs, as the ring. */
async function startEnsemble(options) {
  if (!GROUPS[ENSEMBLE].some(runningService)) rmSync(join(cacheRoot, ENSEMBLE), { recursive: true, force: true });
  return Promise.all(GROUPS[ENSEMBLE].map((name) => startOne(name, options)));
}

/**
 * The whole way of a change from Cassandra to PostgreSQL; ready when one has gone it. Empty when no part of it runs: what
 * a part remembers of the others would be of another run.
 */
async function startCdc(options) {
  if (!GROUPS[CDC].some(runningService))
    for (const folder of cdcFolders()) rmSync(folder, { recursive: true, force: true });
  const started = [];
  for (const names of CDC_ORDER) started.push(...(await Promise.all(names.map((name) => startOne(name, options)))));
  if (started.some(({ already }) => !already)) await waitForCdc(options.timeoutMs);
  return started;
}

const STARTERS = { [CLUSTER]: startCluster, [ENSEMBLE]: startEnsemble, [CDC]: startCdc };

/** Starts what a name stands for unless it runs already; answers what is known of each. */
export const startServices = async (name, options) => STARTERS[name]?.(options) ?? [await startOne(name, options)];

async function stopOne(name, { wipe }) {
  const state = readState(name);
  if (!state) return false;
  const stopped = await SERVICES[name].stop(state);
  forgetState(name);
  if (wipe) {
    rmSync(state.folder, { recursive: true, force: true });
    if (readdirSync(dirname(state.folder)).length === 0) rmdirSync(dirname(state.folder));
  }
  return stopped;
}

/** Readers stop before what they read. */
const STOP_ORDERS = { [CDC]: CDC_ORDER.toReversed() };

/** Stops what was started here under a name; answers whether any of it ran. `wipe` deletes its data too. */
export async function stopService(name, options) {
  const stopped = [];
  for (const names of STOP_ORDERS[name] ?? [GROUPS[name] ?? [name]]) {
    stopped.push(...(await Promise.all(names.map((one) => stopOne(one, options)))));
  }
  if (name in GROUPS && options.wipe) rmSync(join(cacheRoot, name), { recursive: true, force: true });
  return stopped.includes(true);
}

/** Where the source of the pipeline is, once the whole of it runs; its parts have variables of their own. */
const cdcEnvironment = () =>
  GROUPS[CDC].every(runningService) ? { TIDEMARK_TEST_CDC: runningService(CDC_ORDER[0][0]).contactPoint } : {};

const GROUP_VARIABLES = { [CLUSTER]: 'TIDEMARK_TEST_CLUSTER', [ENSEMBLE]: 'TIDEMARK_TEST_ENSEMBLE' };

/** The members of each group that run, as contact points. */
const groupEnvironment = () =>
  Object.fromEntries(
    Object.entries(GROUP_VARIABLES)
      .map(([group, variable]) => [variable, GROUPS[group].map(runningService).filter((state) => state !== undefined)])
      .filter(([, running]) => running.length > 0)
      .map(([variable, running]) => [variable, running.map(({ contactPoint }) => contactPoint).join(',')]),
  );

/** The variables by which tests find what is running and what is downloaded. */
export const serviceEnvironment = () =>
  Object.assign(
    {},
    presentJars(),
    ...Object.keys(SERVICES).map((name) => runningService(name)?.environment ?? {}),
    groupEnvironment(),
    cdcEnvironment(),
  );
