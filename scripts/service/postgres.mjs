import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, reachableRoot } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

const [USER, PASSWORD, DATABASE] = ['tidemark', 'tidemark', 'tidemark'];

/** Debian keeps the server's programs out of the path, by version. */
function binFolder() {
  if (process.env.PG_BIN) return process.env.PG_BIN;
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (!found) throw new Error('PostgreSQL is not installed: apt-get install postgresql, or set PG_BIN to its folder');
  return found;
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian made for it. */
function serverUser() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function createCluster(bin, data, user) {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  mkdirSync(data, { recursive: true });
  chmodSync(data, 0o700);
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  if (user) for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid);
  const options = ['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync'];
  try {
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...options], {
      ...user,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Where a server of this name keeps its data. */
export const postgresFolder = (name) => join(reachableRoot(serverUser() !== undefined), name);

/** What a statement answers, as psql prints it, in the tests' database of the server at a port. */
export const queryPostgres = (port, sql) => query(binFolder(), port, sql, DATABASE);

function query(bin, port, sql, database = 'postgres') {
  const args = ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', database, '-Atqc', sql];
  const env = { ...process.env, PGPASSWORD: PASSWORD, PGCONNECT_TIMEOUT: '5' };
  return execFileSync(join(bin, 'psql'), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

export const postgres = {
  defaultPort: 25532,
  options: {},
  /** Starts a server on its own data folder, loopback only, password by SCRAM, and makes the database. */
  async start({ name, port: wanted, timeoutMs }) {
    const bin = binFolder();
    const user = serverUser();
    const folder = postgresFolder(name);
    const data = join(folder, 'data');
    mkdirSync(folder, { recursive: true });
    createCluster(bin, data, user);
    const port = await freePort(wanted);
    const logFile = join(folder, 'server.log');
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${data}`,
      'shared_buffers=64MB',
      'wal_level=logical',
    ];
    const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const started = await startDetached(join(bin, 'postgres'), args, { ...user, cwd: '/', logFile });
    try {
      await waitUntilServing(started, async () => query(bin, port, 'select 1'), timeoutMs);
      const exists = query(bin, port, `select 1 from pg_database where datname = '${DATABASE}'`);
      if (exists !== '1') query(bin, port, `create database ${DATABASE}`);
    } catch (error) {
      await stopProcess(started, { signal: 'SIGQUIT' });
      throw new Error(`PostgreSQL did not come up: ${error.message}\n${tailOf(logFile)}`, { cause: error });
    }
    const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${DATABASE}`;
    return { ...started, folder, port, environment: { TIDEMARK_TEST_POSTGRES: url } };
  },
  // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
  stop: (state) => stopProcess(state, { signal: 'SIGINT' }),
};
