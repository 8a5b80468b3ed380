import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { IntervalStats } from '#libs/contract/interval.js';
import { SoakReport } from '#libs/workloads/soak/soak.schema.js';
import { parseExposition } from '../exposition.js';
import { SoakTable } from '../soak-table.js';
import { requireBuild, tidemark } from './cli-program.js';
import { type Child, World } from './harness.js';
import { expectReports } from './report-forms.js';

const CAP = 24;
/** In flight at most, beside the batches. */
const READS = 2;
const LATENCY_MS = 100;
const Result = z.object({
  stopped: z.boolean(),
  failure: z.object({ code: z.string() }).nullable(),
  report: SoakReport,
});
const Stats = z.object({
  stats: z.object({
    requests: z.record(z.string(), z.int()),
    errors: z.record(z.string(), z.int()),
    faultHits: z.array(z.int()),
  }),
});

/** What a simulator has counted, once it has ended. */
async function statsOf(simulator: Child): Promise<z.infer<typeof Stats>['stats']> {
  await simulator.stop();
  const [line = ''] = simulator.out.trimEnd().split('\n').slice(-1);
  return Stats.parse(JSON.parse(line)).stats;
}

/** One look at the metrics of a soak, added up over executors. */
async function figuresOf(urls: readonly string[]) {
  const pages = await Promise.all(urls.map(async (url) => parseExposition(await (await fetch(url)).text())));
  return (name: string): number =>
    pages.flatMap((page) => page.values(`tidemark_soak_${name}`)).reduce((sum, value) => sum + value, 0);
}

/** A variable of the original for each line; the replication factor it does not have. */
const variables = (port: number, more: string): string =>
  `# as in the manual
export SCY_CONTACT_POINTS="127.0.0.1"
export SCY_PORT=${port}
export SCY_LOCAL_DC='datacenter1'
export SCY_USERNAME="scylla"
export SCY_PASSWORD=""
export SCY_KEYSPACE="soaked"
export SCY_WRITE_WORKERS=2                # writer threads
export SCY_READ_RPS=400
export SCY_BATCH_INFLIGHT=4
export SCY_REED_RPS=1
${more}`;

describe('tidemark soak against a simulated cluster', () => {
  let world: World;
  let folder: string;
  let simulator: Child;
  let port: number;
  let table: SoakTable;
  beforeAll(async () => {
    requireBuild();
    folder = mkdtempSync(join(tmpdir(), 'tidemark-soak-'));
    world = await World.create({ TIDEMARK_METRICS_PORT: '0' });
    const started = await world.simulator('--nodes', '3');
    simulator = started.child;
    port = started.port;
    table = new SoakTable(started.contactPoint, 'soaked');
  });
  afterAll(async () => {
    await table.close();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const envFile = (more = ''): string => {
    const file = join(folder, '.env');
    writeFileSync(file, variables(port, more));
    return file;
  };
  const soak = (words: string, more = '') =>
    tidemark(`soak --env-file ${envFile(more)} --progress 0.5 --json ${words}`.split(' '));
  const ended = async (running: ReturnType<typeof soak>) => {
    const { out, errors, exitCode } = await running.ended;
    if (!out.startsWith('{')) throw new Error(errors);
    return { ...Result.parse(JSON.parse(out)), exitCode, errors };
  };

  /** Ctrl-C once it has read something. */
  const interrupted = async (running: ReturnType<typeof soak>) => {
    let said = '';
    await new Promise<void>((resolve) => {
      running.child.stderr?.on('data', (bytes: Buffer) => {
        said += bytes.toString();
        if (/^\[readers\] [\d,]{2,} reads/m.test(said)) resolve();
      });
      void running.ended.then(() => resolve());
    });
    running.child.kill('SIGINT');
    return ended(running);
  };

  it('makes the original’s table by the original’s variables, and finds what it wrote', async () => {
    const { report, exitCode, errors } = await ended(soak('--duration 2 --verify 0.5'));
    expect(exitCode, errors).toBe(0);
    expect(errors).toContain('SCY_REED_RPS is no variable of the resize tester: it is not used');
    expect(errors).toMatch(/^\[writers\] [\d,]+ rows \| [\d,]+ rows\/s \| at most 4 batches in flight$/m);
    expect(errors).toMatch(/^\[readers\] [\d,]+ reads \| [\d,]+ rps$/m);
    const { replication, columns } = await table.shape();
    expect(replication).toMatchObject({ class: expect.stringMatching(/NetworkTopologyStrategy$/), datacenter1: '3' });
    expect(columns).toMatchObject({ id: 'uuid', create_time: 'timestamp', data_object_json: 'text', i5: 'int' });
    expect(report).toMatchObject({ failedBatches: 0, failedReads: 0, missing: 0, different: 0, batchRetries: 0 });
    expect(report.rowsWritten / report.batches).toBeGreaterThanOrEqual(30);
    expect(report.reads).toBeGreaterThan(50);
    expect(report.verifiedReads).toBeGreaterThan(report.reads / 4);
    expect(report.readersWaitedMs).toBeGreaterThan(0);
    const there = await table.count();
    expect(there).toBeGreaterThanOrEqual(report.rowsWritten);
    expect(there).toBeLessThanOrEqual(report.rowsWritten + report.openRows);
  });

  it('drains at a signal when it has no end of its own, and finds rows that were changed behind its back', async () => {
    expect(await table.spoil('i1', 99_999)).toBeGreaterThan(0);
    const spoilt = await interrupted(soak('--verify 1 --threads 2'));
    expect(spoilt).toMatchObject({ exitCode: 1, stopped: true, failure: { code: 'VALIDATION_MISMATCH' } });
    expect(spoilt.report).toMatchObject({ openBatches: 0, missing: 0 });
    expect(spoilt.report.different).toBeGreaterThan(0);
    expect(spoilt.errors).toMatch(/column i1, expected [0-9a-f]{8}, found 0001869f$/m);
    const clean = await interrupted(soak('--seed 2 --verify 1'));
    expect(clean, clean.errors).toMatchObject({ exitCode: 0, stopped: true, failure: null });
    expect(clean.report).toMatchObject({ openBatches: 0, different: 0 });
    const { requests } = await statsOf(simulator);
    expect(requests['BATCH']).toBeGreaterThan(clean.report.batches + spoilt.report.batches);
  });

  it('refuses what cannot be, by flag', async () => {
    const { exitCode, errors } = await soak('--writers x --scaler scylla-cloud --threads 5').ended;
    expect(exitCode).toBe(2);
    for (const expected of [/--writers: expected a number, found x/, /--account-id: /, /--cluster-id: /])
      expect(errors).toMatch(expected);
  });

  it('over HTTP keeps the cap over two executors, gives way to an overload and comes back, and ends by a cancel', async () => {
    const script = await world.script([
      { kind: 'latency', distribution: { type: 'fixed', ms: LATENCY_MS } },
      // As many as are allowed are never refused: one more would be.
      { kind: 'overload', aboveInFlight: CAP + READS, where: { access: 'write' } },
      { kind: 'overload', share: 0.3, where: { access: 'write', fromMs: 2_000, untilMs: 4_000 } },
    ]);
    const { child, contactPoint } = await world.simulator('--script', script);
    const { executors } = await world.service(2);
    const metricsUrls = await Promise.all(
      executors.map(async (executor) => (await executor.says(/^metrics on (\S+)$/m))[1] ?? ''),
    );
    const words = `--hosts ${contactPoint} --batches-in-flight ${CAP} --batch-min 1 --batch-max 4 --readers 1`;
    const more = `--reads-in-flight ${READS} --read-rate 10 --verify 1 --replication-factor 1 --executors 2`;
    const running = tidemark(`soak --server ${world.url} ${words} ${more}`.split(' '));
    let said = '';
    running.child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await running.seen(/^running: /m);
    const [, id = ''] = /^run (\S+): /m.exec(said) ?? [];
    await world.reaches(id, 'running');
    const limits = (items: readonly IntervalStats[]) =>
      items.filter(({ operation }) => operation === 'WRITE').map(({ pacing }) => pacing?.limit ?? -1);
    const isBack = (seen: readonly number[]) => {
      const low = seen.findIndex((limit) => limit < CAP / 2);
      return low >= 0 && seen.slice(low).includes(CAP);
    };
    const untilMs = Date.now() + 60_000;
    let seen: number[] = [];
    while (!isBack(seen) && Date.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      seen = limits(await world.intervals(id));
    }
    const during = await figuresOf(metricsUrls);
    running.child.kill('SIGINT');
    const { exitCode, out } = await running.ended;
    expect(exitCode, said).toBe(0);
    expect(out).toMatch(/^Every row that was read is as it was written$/m);
    const run = await world.run(id);
    expect(run.status).toBe('cancelled');
    const summary = await world.summary(id);
    expect(await expectReports(world.url, id)).toContain('<h2>Backpressure</h2>');
    const { report } = summary;
    if (report?.kind !== 'soak') throw new Error(`the run has no report: ${run.problem?.detail ?? run.status}`);
    expect(isBack(seen), seen.join(' ')).toBe(true);
    expect(report.limitDecreases).toBeGreaterThan(0);
    expect(report).toMatchObject({ failedBatches: 0, openBatches: 0, missing: 0, different: 0, failedReads: 0 });
    expect(report.verifiedReads).toBe(report.reads);
    expect(summary.operations['WRITE']).toMatchObject({ rows: report.rowsWritten, completed: report.batches });
    expect(summary.operations['READ']).toMatchObject({ completed: report.reads, failed: 0 });
    expect(summary.operations['READ']?.responseTime?.count).toBe(report.reads);
    expect(during('batches_in_flight_cap')).toBe(CAP);
    expect(during('batches_in_flight_limit')).toBe(CAP);
    expect(during('batches_in_flight')).toBeLessThanOrEqual(CAP);
    expect(during('batches_in_flight')).toBeGreaterThan(0);
    expect(during('pool_keys')).toBeGreaterThan(0);
    // Counters have every interval of the run, and nothing is counted twice.
    const after = await figuresOf(metricsUrls);
    expect({
      rowsWritten: after('rows_written_total'),
      batches: after('batches_written_total'),
      batchRetries: after('batch_retries_total'),
      reads: after('reads_total'),
      verifiedReads: after('reads_verified_total'),
      missing: after('mismatches_total'),
      limitDecreases: after('limit_decreases_total'),
    }).toEqual({
      rowsWritten: report.rowsWritten,
      batches: report.batches,
      batchRetries: report.batchRetries,
      reads: report.reads,
      verifiedReads: report.verifiedReads,
      missing: 0,
      limitDecreases: report.limitDecreases,
    });
    const { requests, faultHits } = await statsOf(child);
    expect(faultHits[1]).toBe(0);
    expect(faultHits[2]).toBe(report.batchRetries);
    expect(requests['BATCH']).toBe(report.batches + report.batchRetries);
    // Little's law: the cap was not only kept, but used.
    const inFlight = (await world.intervals(id))
      .filter(({ operation, lengthMs }) => operation === 'WRITE' && lengthMs >= 1_000)
      .map(({ completed, lengthMs }) => (completed / lengthMs) * LATENCY_MS);
    expect(Math.max(...inFlight)).toBeGreaterThan(CAP / 2);
    const lanes = run.shards.flatMap((shard) => shard.lanes);
    expect(lanes.map(({ threads }) => threads)).toEqual([CAP / 2, CAP / 2]);
    const text = await fetch(`${world.url}/v1/runs/${id}/stdout`).then((answer) => answer.text());
    expect(text).toMatch(/^Writing to and reading from demo_ks\.demo_table at LOCAL_QUORUM, until stopped/);
    expect(text).toMatch(/^\[writers\] /m);
    expect(text).toMatch(/^Backpressure: /m);
  });
});
