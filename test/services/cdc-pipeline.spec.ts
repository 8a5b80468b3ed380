import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { requireBuild, type Running } from '../process/cli-program.js';
import { RealPipeline } from './real-pipeline.js';

const cassandra = process.env['TIDEMARK_TEST_CASSANDRA'];
const Output = z.object({
  summary: z.object({ report: CdcReport, mismatches: z.array(z.object({ key: z.string() })) }),
});
const SinkStatus = z.object({
  uncommitted: z.int(),
  topics: z.record(z.string(), z.object({ insert: z.int(), dead: z.int() })),
});
const TOPIC = 'cdc.warehouse.users';

/** A busy machine writes less than it is asked for; what was written counts. */
const LOAD = ['--rate', '250', '--in-flight', '64'];

const summaryOf = async (running: Running): Promise<z.infer<typeof Output>['summary']> => {
  const { out, errors } = await running.ended;
  try {
    return Output.parse(JSON.parse(out)).summary;
  } catch (error) {
    throw new Error(`no report:\n${out}${errors}`, { cause: error });
  }
};

describe.skipIf(cassandra === undefined)('the kind cdc over a real pipeline', () => {
  let pipeline: RealPipeline;
  beforeAll(async () => {
    requireBuild();
    pipeline = await RealPipeline.start();
  });
  afterAll(() => pipeline?.stop());

  const rows = async (): Promise<number> => {
    const [found] = await pipeline.query<{ count: number }>('SELECT count(*)::int AS count FROM cdc_users');
    return found?.count ?? 0;
  };

  it('sees every change arrive, and says how long it took and why', async () => {
    const { report } = await summaryOf(pipeline.benchmark(...LOAD, '--duration', '12s'));
    const { outcomes, written } = report;
    expect(report).toMatchObject({ pipeline: 'external', method: 'slot', wrongRowCount: 0 });
    // What the sink merges in one transaction is superseded: nothing stays open.
    expect([outcomes.lost, outcomes.unverified, report.verifiedShare]).toEqual([0, 0, 1]);
    expect(report.sampledChanges).toBe(written.insert + written.update + written.delete + outcomes.unknown);
    expect(outcomes.timed).toBeGreaterThan(0.8 * report.sampledChanges);
    // The log is synced every 100 ms: nobody can be quicker all the time, and nothing in between waits for seconds.
    expect(report.commitlogSyncPeriodMs).toBe(100);
    expect(report.fromAck.p50Ms).toBeGreaterThan(5);
    expect(report.fromAck.p50Ms).toBeLessThan(5_000);
    const { topics } = SinkStatus.parse(await pipeline.sinkStatus());
    expect(topics[TOPIC]?.insert).toBeGreaterThanOrEqual(written.insert);
    expect(topics[TOPIC]?.dead).toBe(0);
  });

  it('loses nothing when the sink is killed, and finds rows that were deleted behind its back', async () => {
    await pipeline.query('TRUNCATE cdc_users');
    const running = pipeline.benchmark(...LOAD, '--duration', '16s', '--weights', '94/3/3', '--drain', '120s');
    await expect.poll(rows, { timeout: 60_000, interval: 200 }).toBeGreaterThan(200);
    const uncommitted = async () => SinkStatus.parse(await pipeline.sinkStatus()).uncommitted;
    await expect.poll(uncommitted, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    await pipeline.replaceSink();
    const resumed = await rows();
    await expect.poll(rows, { timeout: 60_000, interval: 200 }).toBeGreaterThan(resumed);
    const deleted = await pipeline.query<{ id: string }>(
      'DELETE FROM cdc_users WHERE id IN (SELECT id FROM cdc_users LIMIT 3) RETURNING id::text',
    );
    const { report, mismatches } = await summaryOf(running);
    expect(report.verifiedShare).toBeGreaterThan(0.99);
    // The run itself may have deleted one of them later.
    expect(report.wrongRowCount).toBeGreaterThan(0);
    const found = mismatches.map(({ key }) => key);
    expect(found.filter((key) => !deleted.some(({ id }) => id === key))).toEqual([]);
    expect(found).toHaveLength(report.wrongRowCount);
    expect(report.outcomes.lost).toBe(report.wrongRowCount);
    expect(report.duplicates).toBeGreaterThan(0);
  });
});
