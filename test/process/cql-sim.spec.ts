import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, types } from 'cassandra-driver';
import { afterEach, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../dist/libs/cql-sim/main.js');

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    firstLine: async () => String((await lines.next()).value),
    exited: async () => ({ code: await exited, complaint }),
  };
}

async function connect(contactPoint: string): Promise<Client> {
  const client = new Client({
    contactPoints: [contactPoint],
    localDataCenter: 'datacenter1',
    protocolOptions: { port: Number(contactPoint.split(':')[1]) },
  });
  await client.connect();
  return client;
}

it('serves as a process, says where in JSON, and ends on SIGTERM while a client is connected', async () => {
  const sim = start('--nodes', '2', '--port', '0', '--json');
  const { contactPoints, mode } = JSON.parse(await sim.firstLine());
  expect(contactPoints).toHaveLength(2);
  expect(mode).toBe('storage');
  const client = await connect(contactPoints[0]);
  expect(client.hosts.keys().sort()).toEqual(contactPoints);
  sim.child.kill('SIGTERM');
  expect(await sim.exited()).toEqual({ code: 0, complaint: '' });
  await client.shutdown();
});

it('says in words that it is ready', async () => {
  const sim = start('--port', '0', '--personality', 'scylla', '--null');
  expect(await sim.firstLine()).toMatch(/^simulated CQL cluster ready on 127\.0\.0\.1:\d+ \(scylla, null\)$/);
  sim.child.kill('SIGINT');
  expect((await sim.exited()).code).toBe(0);
});

it('stalls as its script says: answers that would leave meanwhile leave at the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cql-sim-'));
  folders.push(folder);
  const script = join(folder, 'stall.json');
  const faults = [{ kind: 'stall', atMs: 300, forMs: 300 }];
  await writeFile(script, JSON.stringify({ origin: 'first-operation', faults }));
  const sim = start('--port', '0', '--json', '--script', script);
  const client = await connect(JSON.parse(await sim.firstLine()).contactPoints[0]);
  const read = async (): Promise<number> => {
    const startMs = performance.now();
    await client.execute('SELECT key FROM system.local', [], { prepare: true, consistency: types.consistencies.one });
    return performance.now() - startMs;
  };
  const startMs = performance.now();
  let longestMs = 0;
  let reads = 0;
  while (performance.now() - startMs < 800) {
    longestMs = Math.max(longestMs, await read());
    reads++;
  }
  // The read that the stall caught had begun at most one short read before it.
  expect(longestMs).toBeGreaterThan(290);
  expect(longestMs).toBeLessThan(360);
  expect(reads).toBeGreaterThan(50);
  await client.shutdown();
});

it.each([
  [['--port', 'x'], "Expected a whole number from 0 to 65535, found 'x'."],
  [['--personality', 'mongo'], 'Allowed choices are cassandra, scylla.'],
  [['--tls-key', 'a.pem'], '--tls-key and --tls-cert go together'],
  [['--script', '/nowhere.json'], '/nowhere.json'],
  [['--address', '203.0.113.1', '--port', '0'], 'cannot serve on 203.0.113.1:0'],
])('refuses %j', async (args, complaint) => {
  const { code, complaint: said } = await start(...args).exited();
  expect(code).toBe(1);
  expect(said).toContain(complaint);
});
