import { mkdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeArguments, writeNodeConfig } from './cassandra-config.mjs';
import { probeCql } from './cql-probe.mjs';
import { cassandraJars, java } from './jars.mjs';
import { cacheRoot, freePort } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

const ADDRESS = '127.0.0.1';

const isInstalled = (command) => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** mlockall would pin the whole heap and every library, twice the memory: the right to it is taken away first. */
function withoutMemoryLock(command) {
  const dropped =
    process.getuid?.() === 0 && isInstalled('setpriv')
      ? ['setpriv', '--bounding-set=-ipc_lock', '--inh-caps=-ipc_lock']
      : [];
  return ['sh', '-c', 'ulimit -l 0 2>/dev/null; exec "$@"', 'cassandra', ...dropped, ...command];
}

/**
 * Starts one node and waits until it answers CQL; answers its process. `node` is what its configuration is made of.
 * Throws with the end of its log when it does not come up.
 */
export async function startNode(node, timeoutMs) {
  const { folder, address, port, tls } = node;
  const jars = cassandraJars();
  mkdirSync(folder, { recursive: true });
  writeNodeConfig(node);
  const [command, ...args] = withoutMemoryLock([java, ...nodeArguments(node, jars)]);
  const logFile = join(folder, 'logs', 'output.log');
  const started = await startDetached(command, args, { cwd: folder, logFile });
  const caFile = tls ? join(folder, 'tls', 'ca.pem') : undefined;
  try {
    await waitUntilServing(started, () => probeCql({ host: address, port, caFile }), timeoutMs);
  } catch (error) {
    await stopProcess(started, { signal: 'SIGKILL' });
    const tail = [join(folder, 'logs', 'system.log'), logFile].map((file) => tailOf(file)).join('\n');
    throw new Error(`Cassandra did not come up: ${error.message}\n${tail}`, { cause: error });
  }
  return { ...started, caFile };
}

export const cassandra = {
  defaultPort: 19142,
  options: {
    quick: { type: 'boolean', default: false },
    auth: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    heap: { type: 'string', default: '512M' },
  },
  /** Starts one node and waits until CQL answers. */
  async start({ name, port: wanted, quick, auth, tls, heap, timeoutMs }) {
    const folder = join(cacheRoot, name);
    const port = await freePort(wanted, ADDRESS);
    const storagePort = await freePort(port + 1, ADDRESS);
    const node = { folder, address: ADDRESS, port, storagePort, auth, tls, heap, quick };
    const { caFile, ...started } = await startNode(node, timeoutMs);
    const variable = 'TIDEMARK_TEST_CASSANDRA';
    return {
      ...started,
      folder,
      port,
      environment: { [variable]: `${ADDRESS}:${port}`, ...(caFile ? { [`${variable}_CA`]: caFile } : {}) },
    };
  },
  stop: (state) => stopProcess(state),
};
