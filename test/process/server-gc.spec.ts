import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Summary } from '#libs/contract/summary.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

/** At every reading each node says that it collected twice more, 30 ms together, and took 3 MiB away. */
const EACH = { collections: 2, seconds: 0.03, bytes: 3 << 20 };

/** What jmx_exporter's agent answers: the counters of Prometheus' Java client among many others. */
const page = (
  readings: number,
): string => `# HELP jvm_gc_collection_seconds Time spent in a given JVM garbage collector.
# TYPE jvm_gc_collection_seconds summary
jvm_gc_collection_seconds_count{gc="G1 Young Generation",} ${7 + readings * EACH.collections}.0
jvm_gc_collection_seconds_sum{gc="G1 Young Generation",} ${1.5 + readings * EACH.seconds}
jvm_gc_collection_seconds_count{gc="G1 Old Generation",} 1.0
jvm_gc_collection_seconds_sum{gc="G1 Old Generation",} 9.5
# TYPE jvm_memory_pool_allocated_bytes_total counter
jvm_memory_pool_allocated_bytes_total{pool="G1 Eden Space",} ${(5e9 + readings * EACH.bytes).toExponential()}
jvm_memory_pool_allocated_bytes_total{pool="G1 Old Gen",} ${1e9 * readings}
jvm_threads_current 61.0
org_apache_cassandra_metrics_table_value{keyspace="keyspace1",table="standard1",name="LiveSSTableCount",} 3.0
`;

/* The real program, a simulated node, and two metrics pages; a third stops answering after its first reading. */
describe('garbage collection of the servers', () => {
  let world: World;
  let server: Server;
  let port: number;
  let pages: string;
  const readings = new Map<string, number>();
  beforeAll(async () => {
    requireBuild();
    world = await World.create();
    ({ port } = await world.simulator());
    server = createServer((request, response) => {
      const path = request.url ?? '';
      const count = readings.get(path) ?? 0;
      readings.set(path, count + 1);
      if (path === '/mute' && count > 0) response.writeHead(503).end();
      else response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(page(count));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    pages = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(async () => {
    server.close();
    await world.stop();
  });

  const run = (metrics: string, options: readonly string[] = []) =>
    tidemark([
      ...options,
      'stress',
      ...'write n=600 cl=ONE no-warmup -rate threads=8 fixed=300/s -log interval=500ms'.split(' '),
      ...`-port native=${port} -node metrics=${metrics} 127.0.0.1`.split(' '),
    ]).ended;

  it('is in the columns of every interval and in the lines of the summary', async () => {
    readings.clear();
    const { exitCode, out, errors } = await run(`${pages}/a,${pages}/b`);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const rows = [...out.matchAll(/^total,.*$/gm)].map(([row]) => row.split(',').slice(-5).map(Number));
    expect(rows.length).toBeGreaterThanOrEqual(4);
    // Of two nodes: four collections of 15 ms each, all alike, and 6 MiB; of a slow reading none in one row, and later more.
    expect(rows).toContainEqual([4, 15, 60, 0, 6]);
    const collections = 2 * EACH.collections * ((readings.get('/a') ?? 0) - 1);
    // An interval in which no operation ended has no row, but is in the sum.
    const shown = rows.reduce((sum, [count = 0]) => sum + count, 0);
    expect([collections, collections - 4]).toContain(shown);
    expect(out).toContain(`Total GC count            : ${collections}\n`);
    expect(out).toMatch(/^Total GC memory {11}: [\d.]+ MiB$/m);
    expect(out).toMatch(new RegExp(`^Total GC time {13}: {4}${((collections * 15) / 1000).toFixed(1)} seconds$`, 'm'));
    expect(out).toMatch(/^Avg GC time {15}: {3}15\.0 ms$/m);
    expect(out).toMatch(/^StdDev GC time {12}: {4}0\.0 ms$/m);
  });

  it('is in the JSON; a page that falls silent is told of once and counts as none', async () => {
    readings.clear();
    const { exitCode, out, errors } = await run(`${pages}/a,${pages}/mute`, ['--json']);
    expect(exitCode).toBe(0);
    const { serverGc } = z.object({ summary: Summary }).parse(JSON.parse(out)).summary;
    const collections = EACH.collections * ((readings.get('/a') ?? 0) - 1);
    expect(serverGc).toMatchObject({ collections, bytes: (collections / EACH.collections) * EACH.bytes });
    expect(serverGc?.sumMs).toBeCloseTo(collections * 15, 3);
    expect(errors.match(/warn: the metrics page \S+\/mute cannot be read \(status 503\)/g)).toHaveLength(1);
  });
});
