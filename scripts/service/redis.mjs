import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { cacheRoot, freePort } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

/** The pid of the server that answers on a port: another server may have been there before. */
const servingPid = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('INFO server\r\n'));
    let text = '';
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer within 2 s')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('connection closed')));
    socket.on('data', (bytes) => {
      text += bytes;
      const pid = /process_id:(\d+)/.exec(text)?.[1];
      if (!pid) return;
      resolve(Number(pid));
      socket.destroy();
    });
  });

export const redis = {
  defaultPort: 26479,
  options: {},
  /** Starts a server that keeps nothing on disk and evicts nothing, as a queue needs it. */
  async start({ name, port: wanted, timeoutMs }) {
    const folder = join(cacheRoot, name);
    mkdirSync(folder, { recursive: true });
    const port = await freePort(wanted);
    const settings = ['bind 127.0.0.1', `port ${port}`, `dir "${folder}"`, 'maxmemory-policy noeviction', 'save ""'];
    writeFileSync(join(folder, 'redis.conf'), `${settings.join('\n')}\n`);
    const logFile = join(folder, 'server.log');
    const started = await startDetached('redis-server', [join(folder, 'redis.conf')], { cwd: folder, logFile }).catch(
      (error) => {
        throw new Error('redis-server is not installed: apt-get install redis-server', { cause: error });
      },
    );
    const attempt = async () => {
      const pid = await servingPid(port);
      if (pid !== started.pid) throw new Error(`port ${port} is served by process ${pid}`);
    };
    try {
      await waitUntilServing(started, attempt, timeoutMs);
    } catch (error) {
      await stopProcess(started, { signal: 'SIGKILL' });
      throw new Error(`Redis did not come up: ${error.message}\n${tailOf(logFile)}`, { cause: error });
    }
    return { ...started, folder, port, environment: { TIDEMARK_TEST_REDIS: `redis://127.0.0.1:${port}` } };
  },
  stop: (state) => stopProcess(state),
};
