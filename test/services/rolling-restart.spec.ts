import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntervalStats } from '#libs/contract/interval.js';
import type { Summary } from '#libs/contract/summary.js';
import { type Running, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { RealCluster } from './cluster.js';

/** A machine that runs one real Cassandra for the tests runs three: they are started here, and stopped after. */
const reason = process.env['TIDEMARK_TEST_CASSANDRA'];

const RATE = 100;
const THREADS = 64;
const PATIENT_RATE = 50;
const PATIENT_THREADS = 32;
const REQUEST_TIMEOUT_MS = 2_000;
const BACK_WITHIN_MS = 10_000;
const LONG_MS = 600_000;
const REPLICATION = { strategy: 'NetworkTopologyStrategy', options: { replication_factor: '3' } };
/** What a node that goes, comes or is not seen yet may cost an operation that is not tried again. */
const EXPLAINED = new Set([
  'connectionLost',
  'noHost',
  'unavailable',
  'writeTimeout',
  'writeFailure',
  'clientTimeout',
  'overloaded',
  'serverError',
]);

const totalsOf = (rows: readonly IntervalStats[]): IntervalStats[] =>
  rows.filter(({ operation }) => operation === 'total');
const total = (summary: Summary) => {
  const found = summary.operations['total'];
  if (!found) throw new Error('a summary without a total');
  return found;
};

describe.skipIf(reason === undefined)('a real ring of three, all rows on all nodes, at QUORUM', () => {
  let cluster: RealCluster;
  let world: World;
  /** Two loads at once: one tries every operation once and goes on, one has the retries of cassandra-stress. */
  let bold: string;
  let patient: Running;

  const spec = (operation: 'write' | 'read', more: Record<string, unknown>) => ({
    operation,
    consistencyLevel: 'QUORUM',
    warmup: false,
    schema: { keyspace: 'bold', replication: REPLICATION },
    errors: { retries: 0, ignore: true, skipReadValidation: false },
    ...more,
  });
  const target = () => ({ target: { contactPoints: cluster.contactPoints } });
  const logged = async (pattern: RegExp) => (await world.log(bold)).filter((line) => pattern.test(line)).length;
  const untilLogged = async (pattern: RegExp, count: number, withinMs: number) => {
    for (const untilMs = Date.now() + withinMs; (await logged(pattern)) < count; await sleep(200))
      if (Date.now() > untilMs)
        throw new Error(`expected ${count} of ${pattern}, found: ${(await world.log(bold)).join('; ')}`);
  };
  /** Waits for a second of the bold load that was at the full rate and without an error; answers how long it took. */
  const untilBack = async (): Promise<number> => {
    const fromMs = Date.now();
    for (;;) {
      const later = totalsOf(await world.intervals(bold)).filter(({ startMs }) => startMs >= fromMs);
      const back = later.find(({ completed, failed }) => failed === 0 && completed >= 0.9 * RATE);
      if (back) return back.startMs + 1000 - fromMs;
      if (Date.now() > fromMs + 3 * BACK_WITHIN_MS) throw new Error(`not back: ${JSON.stringify(later)}`);
      await sleep(200);
    }
  };

  beforeAll(async () => {
    cluster = await RealCluster.start();
    world = await World.create();
    await world.service(1);
    bold = await world.create(
      cluster.contactPoints[0] ?? '',
      spec('write', {
        stop: { type: 'duration', durationMs: LONG_MS },
        population: { type: 'sequence', from: 1, to: 1_000_000 },
        rate: { model: 'open', threads: THREADS, ratePerSecond: RATE, overdue: 'wait' },
        connection: { requestTimeoutMs: REQUEST_TIMEOUT_MS, controlConnectionTimeoutMs: REQUEST_TIMEOUT_MS },
      }),
      target(),
    );
    await world.reaches(bold, 'running');
    const [host = '', port = ''] = (cluster.contactPoints[1] ?? '').split(':');
    const line = `write duration=10m cl=QUORUM no-warmup -pop seq=1..1000000 -rate threads=${PATIENT_THREADS} fixed=${PATIENT_RATE}/s`;
    const where = ['-node', host, '-port', `native=${port}`, '-schema', 'keyspace=patient', 'replication(factor=3)'];
    patient = tidemark(['stress', ...line.split(' '), ...where]);
    await patient.seen(/^total,.* 2\.0,/m);
  });
  afterAll(async () => {
    patient?.child.kill('SIGKILL');
    await world?.stop();
    await cluster?.stop();
  });

  it.each([1, 2, 3])(
    'goes on while node %i restarts, and is back at its rate within 10 s',
    async (number) => {
      const address = `127\\.0\\.10\\.${number}`;
      await cluster.stopNode(number);
      await untilLogged(new RegExp(`lost a connection to ${address}`), 1, BACK_WITHIN_MS);
      expect(await untilBack(), 'without the node').toBeLessThanOrEqual(BACK_WITHIN_MS);
      await cluster.startNode(number);
      await untilLogged(new RegExp(`reconnected to ${address}`), 1, 2 * BACK_WITHIN_MS);
      await cluster.whole('bold');
      expect(await untilBack(), 'with the node').toBeLessThanOrEqual(BACK_WITHIN_MS);
    },
    LONG_MS,
  );

  it(
    'leaves a node whose sockets are open and which answers nothing, and takes it again',
    async () => {
      const reconnects = await logged(/reconnected to 127\.0\.10\.2/);
      const goOn = await cluster.freezeNode(2);
      try {
        await untilLogged(/lost a connection to 127\.0\.10\.2.*not even a sign of life/, 1, 4 * REQUEST_TIMEOUT_MS);
        expect(await untilBack(), 'without the node').toBeLessThanOrEqual(BACK_WITHIN_MS);
      } finally {
        goOn();
      }
      await untilLogged(/reconnected to 127\.0\.10\.2/, reconnects + 1, 2 * BACK_WITHIN_MS);
      await cluster.whole('bold');
    },
    LONG_MS,
  );

  it(
    'sends its share to a node that joins, and nothing to one that has left',
    async () => {
      await cluster.addNode(4);
      for (const untilMs = Date.now() + 6 * BACK_WITHIN_MS; (await cluster.clientsOf(4)) < 2; await sleep(200))
        if (Date.now() > untilMs) throw new Error('the two loads did not connect to the node that joined');
      expect(await untilBack(), 'with the node').toBeLessThanOrEqual(BACK_WITHIN_MS);
      await cluster.removeNode(4);
      expect(await untilBack(), 'without the node').toBeLessThanOrEqual(BACK_WITHIN_MS);
    },
    LONG_MS,
  );

  it(
    'has lost no row: what was not acknowledged was counted as failed, and why',
    async () => {
      await world.cancel(bold);
      patient.child.kill('SIGINT');
      const [{ out }, { statusHistory }] = await Promise.all([patient.ended, world.ended(bold)]);
      expect(statusHistory.map(({ to }) => to).slice(-2)).toEqual(['finishing', 'cancelled']);
      expect(out).toMatch(/^Total errors +: +0 /m);
      const written = total(await world.summary(bold));
      const classes = Object.entries(written.errors);
      expect(classes.filter(([name]) => !EXPLAINED.has(name))).toEqual([]);
      expect(classes.reduce((sum, [, count]) => sum + count, 0)).toBe(written.failed);
      expect(written.failed).toBeLessThan(0.05 * written.completed);

      const patientRows = Number(/^Total partitions +: +([\d,]+)/m.exec(out)?.[1]?.replaceAll(',', ''));
      expect(patientRows).toBeGreaterThan(10 * PATIENT_RATE);
      // What was still in flight when the load was stopped may not be there.
      for (const [keyspace, rows, unsure] of [
        ['bold', written.completed, written.failed + THREADS],
        ['patient', patientRows, PATIENT_THREADS],
      ] as const) {
        const read = spec('read', {
          stop: { type: 'operations', count: rows },
          population: { type: 'sequence', from: 1, to: rows },
          rate: { model: 'closed', threads: 64 },
          schema: { keyspace, replication: REPLICATION },
        });
        const id = await world.create(cluster.contactPoints[0] ?? '', read, target());
        await world.ended(id, LONG_MS);
        const summary = await world.summary(id);
        expect(total(summary).completed, keyspace).toBe(rows);
        expect(Object.keys(total(summary).errors).filter((name) => name !== 'missing')).toEqual([]);
        expect(summary.mismatches.filter(({ found }) => found !== null)).toEqual([]);
        expect(summary.mismatchCount, keyspace).toBeLessThanOrEqual(unsure);
      }
    },
    LONG_MS,
  );
});
