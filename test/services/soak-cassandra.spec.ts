import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../process/harness.js';
import { SoakTable } from '../soak-table.js';
import { realCassandra } from './cassandra.js';

const ENDED_WITHIN_MS = 90_000;

describe.skipIf(realCassandra === undefined)('a soak run on a real Cassandra', () => {
  const contactPoint = realCassandra ?? '';
  const keyspace = `t${process.pid}_${Date.now().toString(36)}_soak`;
  let world: World;
  let table: SoakTable;
  beforeAll(async () => {
    world = await World.create();
    await world.service(2);
    table = new SoakTable(contactPoint, keyspace);
  }, 120_000);
  afterAll(async () => {
    await table.drop();
    await table.close();
    await world.stop();
  });

  it('leaves every acknowledged row in the table, as it was written', async () => {
    const id = await world.post({
      kind: 'soak',
      target: { contactPoints: [contactPoint], localDatacenter: 'datacenter1', shared: true },
      spec: {
        keyspace,
        batchesInFlight: 8,
        readRatePerSecond: 200,
        readArrival: 'poisson',
        verifyShare: 1,
        replication: { factor: 1 },
        timeoutMs: 30_000,
        durationMs: 4_000,
      },
      placement: { executors: 2 },
    });
    const run = await world.ended(id, ENDED_WITHIN_MS);
    expect(run.status, run.problem?.detail).toBe('completed');
    const { report, operations, mismatchCount } = await world.summary(id);
    if (report?.kind !== 'soak') throw new Error('the run has no report');
    expect(report).toMatchObject({ missing: 0, different: 0, failedReads: 0 });
    expect(mismatchCount).toBe(0);
    expect(report.reads).toBeGreaterThan(0);
    expect(report.verifiedReads).toBe(report.reads);
    expect(operations['WRITE']?.rows).toBe(report.rowsWritten);
    const there = await table.count();
    // What had no answer when the time was over, or was refused in the end, may be there or not.
    expect(there).toBeGreaterThanOrEqual(report.rowsWritten);
    expect(there).toBeLessThanOrEqual(report.rowsWritten + report.openRows + report.failedRows);
    const { columns, replication } = await table.shape();
    expect(Object.keys(columns).length).toBe(16);
    expect(replication).toMatchObject({ datacenter1: '1' });
  });

  it('is refused with a scaler that would resize a simulator beside it', async () => {
    const id = await world.post({
      kind: 'soak',
      target: { contactPoints: [contactPoint], localDatacenter: 'datacenter1', shared: true },
      spec: { keyspace, replication: { factor: 1 }, scaler: { type: 'simulated', controlUrl: 'http://127.0.0.1:1' } },
    });
    const { status, problem } = await world.ended(id, ENDED_WITHIN_MS);
    expect({ status, code: problem?.code }).toEqual({ status: 'failed', code: 'VALIDATION_FAILED' });
    expect(problem?.detail).toMatch(/^spec\.scaler\.type: expected .* which is no simulator, found simulated/);
  });
});
