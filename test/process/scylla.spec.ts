import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Summary } from '#libs/contract/summary.js';
import { readGraphPage } from '#libs/report/graph/graph-page.js';
import { requireBuild, tidemark } from './cli-program.js';
import { World } from './harness.js';

const NODES = 2;
const SHARDS = 4;
const SLOW = 2;
/** Far above what a busy machine adds to all shards alike. */
const SLOW_MS = 150;

/* A simulated ScyllaDB of two nodes, of which one has a slow shard; an API and two executors. */
describe('a run against a ScyllaDB with a slow shard', () => {
  let world: World;
  let contactPoint: string;
  let port: number;
  let folder: string;
  beforeAll(async () => {
    requireBuild();
    folder = await mkdtemp(join(tmpdir(), 'tidemark-scylla-'));
    world = await World.create();
    const script = await world.script([
      { kind: 'latency', where: { nodes: [1], shards: [SLOW] }, distribution: { type: 'fixed', ms: SLOW_MS } },
    ]);
    const scylla = ['--personality', 'scylla', '--nodes', String(NODES), '--shards', String(SHARDS)];
    ({ contactPoint, port } = await world.simulator(...scylla, '--script', script));
    await world.service(2);
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const slow = () => new RegExp(`shard ${SLOW} of 127.0.0.2:${port} is slow: p50 \\d{3,}\\.\\d ms`);

  it('names the shard in the summary over all executors, and in the text', async () => {
    const path = join(folder, 'run.yaml');
    await writeFile(
      path,
      `
kind: stress
target: { contactPoints: ["${contactPoint}"] }
placement: { executors: 2 }
spec:
  operation: write
  stop: { type: operations, count: 12000 }
  consistencyLevel: ONE
  warmup: false
  rate: { model: closed, threads: 64 }
`,
    );
    const client = (...args: string[]) => tidemark([...args, '--server', world.url]).ended;
    const { exitCode, out } = await client('run', path, '--watch');
    expect(exitCode).toBe(0);
    const subject = `127.0.0.2:${port} shard ${SLOW}`;
    expect(out).toMatch(new RegExp(`^(?:shards)? +${subject}: [\\d,]+ requests, ms: mean \\d{3,}\\.`, 'm'));
    expect(out).toMatch(slow());

    const id = /^run +(\S+)$/m.exec(out)?.[1] ?? '';
    const results = JSON.parse((await client('results', id, '--json')).out);
    const summary = z.object({ summary: Summary }).parse(results).summary;
    expect(summary.findings?.map((finding) => finding.subject)).toContain(subject);
    expect(summary.targetShards).toHaveLength(NODES * SHARDS);
    const { completed = 0, retries = 0 } = summary.operations['total'] ?? {};
    expect(summary.targetShards?.reduce((sum, { operations }) => sum + operations, 0)).toBe(completed + retries);

    // The CSV has a row for each shard besides those of the operations.
    const csv = await (await fetch(`${world.url}/v1/runs/${id}/report.csv`)).text();
    const [head = '', ...rows] = csv
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const counted = rows
      .filter((row) => row[head.indexOf('operation')]?.startsWith('shard '))
      .reduce((sum, row) => sum + Number(row[head.indexOf('completed')]), 0);
    expect(counted).toBe(completed + retries);
  });

  it('names the shard beside what cassandra-stress prints', async () => {
    const page = join(folder, 'load.html');
    const words = `write n=8000 cl=ONE no-warmup -rate threads=64 -node 127.0.0.1 -port native=${port} -graph file=${page}`;
    const { exitCode, out, errors } = await tidemark(['stress', ...words.split(' ')]).ended;
    expect(exitCode).toBe(0);
    expect(out.trimEnd().endsWith('END')).toBe(true);
    expect(out).not.toContain('shard');
    expect(errors).toMatch(slow());
    const run = readGraphPage(await readFile(page, 'utf8'))?.runs[0];
    expect(run?.shards).toHaveLength(NODES * SHARDS);
    expect(run?.findings.join()).toMatch(slow());
  });
});
