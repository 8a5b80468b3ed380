import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { STORE_PASSWORD, writeCertificates } from './cassandra-config.mjs';
import { java, zookeeperJars } from './jars.mjs';
import { cacheRoot, freePort } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

const ADDRESS = '127.0.0.1';
const VARIABLE = 'TIDEMARK_TEST_ZOOKEEPER';
const HEAP_MIB = 256;

/**
 * Resolves once the server on a port serves from this data folder. `ruok` says imok before it does, `srvr` names its mode
 * only then.
 */
async function probe(port, dataFolder) {
  const [state, settings] = await Promise.all([ask(port, 'srvr'), ask(port, 'conf')]);
  if (!/^Mode: (standalone|leader|follower)$/m.test(state)) throw new Error(state.trim() || 'no mode yet');
  if (!settings.includes(dataFolder)) throw new Error(`port ${port} is served by another server`);
}

/** The answer to a four-letter word. */
const ask = (port, word) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, ADDRESS, () => socket.write(word));
    let text = '';
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer within 2 s')));
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
    socket.on('data', (bytes) => {
      text += bytes;
    });
  });

const jaas = `Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_tidemark="tidemark";
};
`;

/** What SASL and TLS need beside the settings of every server; answers settings and system properties. */
function guard(folder, tlsPort) {
  const tlsFolder = join(folder, 'tls');
  writeCertificates(tlsFolder, ADDRESS);
  writeFileSync(join(folder, 'jaas.conf'), jaas, { mode: 0o600 });
  const settings = {
    'authProvider.sasl': 'org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
    sessionRequireClientSASLAuth: true,
    serverCnxnFactory: 'org.apache.zookeeper.server.NettyServerCnxnFactory',
    secureClientPort: tlsPort,
    secureClientPortAddress: ADDRESS,
    'ssl.keyStore.location': join(tlsFolder, 'node.p12'),
    'ssl.keyStore.password': STORE_PASSWORD,
    'ssl.trustStore.location': join(tlsFolder, 'ca.pem'),
    'ssl.clientAuth': 'none',
  };
  return { settings, properties: [`-Djava.security.auth.login.config=${join(folder, 'jaas.conf')}`] };
}

/** Starts one server and waits until it serves; answers its process. Throws with the end of its log when it does not. */
async function startServer({ folder, port, adminPort, settings = {}, properties = [] }, timeoutMs) {
  const jars = zookeeperJars();
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder, { recursive: true });
  const all = {
    tickTime: 2000,
    // Sessions as short as a test wants to see them expire.
    minSessionTimeout: 500,
    dataDir: dataFolder,
    clientPort: port,
    clientPortAddress: ADDRESS,
    maxClientCnxns: 0,
    '4lw.commands.whitelist': '*',
    'admin.enableServer': true,
    'admin.serverAddress': ADDRESS,
    'admin.serverPort': adminPort,
    extendedTypesEnabled: true,
    ...settings,
  };
  const text = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(folder, 'zoo.cfg'), text.join(''));
  const logFile = join(folder, 'server.log');
  const machine = [`-Xms64m`, `-Xmx${HEAP_MIB}m`, '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
  // Containers and times to live end while a test looks on, not within a minute.
  machine.push('-Dznode.container.checkIntervalMs=500');
  const main = ['-cp', join(jars, '*'), 'org.apache.zookeeper.server.quorum.QuorumPeerMain', join(folder, 'zoo.cfg')];
  const started = await startDetached(java, [...machine, ...properties, ...main], { cwd: folder, logFile });
  try {
    await waitUntilServing(started, () => probe(port, dataFolder), timeoutMs);
  } catch (error) {
    await stopProcess(started, { signal: 'SIGKILL' });
    throw new Error(`ZooKeeper did not come up: ${error.message}\n${tailOf(logFile)}`, { cause: error });
  }
  return started;
}

/** One server by itself, with its AdminServer. */
export const zookeeper = {
  defaultPort: 21910,
  options: {},
  async start({ name, port: wanted, timeoutMs }) {
    const folder = join(cacheRoot, name);
    const port = await freePort(wanted, ADDRESS);
    const adminPort = await freePort(port + 1, ADDRESS);
    const started = await startServer({ folder, port, adminPort }, timeoutMs);
    const admin = `http://${ADDRESS}:${adminPort}/commands`;
    return {
      ...started,
      folder,
      port,
      environment: { [VARIABLE]: `${ADDRESS}:${port}`, [`${VARIABLE}_ADMIN`]: admin },
    };
  },
  stop: (state) => stopProcess(state),
};

/** A server that lets nobody in without SASL, and serves TLS on a second port. */
export const guarded = {
  defaultPort: 21930,
  options: {},
  async start({ name, port: wanted, timeoutMs }) {
    const folder = join(cacheRoot, name);
    mkdirSync(folder, { recursive: true });
    const port = await freePort(wanted, ADDRESS);
    const adminPort = await freePort(port + 1, ADDRESS);
    const tlsPort = await freePort(port + 2, ADDRESS);
    const started = await startServer({ folder, port, adminPort, ...guard(folder, tlsPort) }, timeoutMs);
    const environment = {
      [`${VARIABLE}_GUARDED`]: `${ADDRESS}:${port}`,
      [`${VARIABLE}_TLS`]: `${ADDRESS}:${tlsPort}`,
      [`${VARIABLE}_CA`]: join(folder, 'tls', 'ca.pem'),
    };
    return { ...started, folder, port, environment };
  },
  stop: (state) => stopProcess(state),
};

export const ENSEMBLE = 'ensemble';
const MEMBERS = [1, 2, 3];
const placeFile = join(cacheRoot, ENSEMBLE, 'ports.json');

/** Ports of every member, which each has to know of the others; kept over a restart. */
/** Asked for by all members at once, looked for once. */
let places;
async function placesOf(wanted) {
  if (existsSync(placeFile)) return JSON.parse(readFileSync(placeFile, 'utf8'));
  const found = {};
  for (const number of MEMBERS) {
    const from = wanted + number * 10;
    const [port, adminPort, quorum, election] = [
      await freePort(from, ADDRESS),
      await freePort(from + 1, ADDRESS),
      await freePort(from + 2, ADDRESS),
      await freePort(from + 3, ADDRESS),
    ];
    found[number] = { port, adminPort, quorum, election };
  }
  mkdirSync(join(cacheRoot, ENSEMBLE), { recursive: true });
  writeFileSync(placeFile, JSON.stringify(found));
  return found;
}

const member = (number) => ({
  defaultPort: 21940,
  options: {},
  /** Starts one server; it serves once a majority is there. */
  async start({ port: wanted, timeoutMs }) {
    places ??= placesOf(wanted);
    const all = await places;
    const folder = join(cacheRoot, ENSEMBLE, `server-${number}`);
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data', 'myid'), `${number}`);
    const peers = MEMBERS.map((peer) => [`server.${peer}`, `${ADDRESS}:${all[peer].quorum}:${all[peer].election}`]);
    const settings = { initLimit: 10, syncLimit: 5, ...Object.fromEntries(peers) };
    const { port, adminPort } = all[number];
    const started = await startServer({ folder, port, adminPort, settings }, timeoutMs);
    return { ...started, folder, port, contactPoint: `${ADDRESS}:${port}`, environment: {} };
  },
  stop: (state) => stopProcess(state),
});

/** The servers of the ensemble, each a service of its own, so that one can be stopped and started alone. */
export const ensembleServers = Object.fromEntries(MEMBERS.map((number) => [`zookeeper.${number}`, member(number)]));
