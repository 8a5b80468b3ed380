import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startSimulator, type Simulator } from '#libs/cql-sim/simulator.js';
import { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { requireBuild, tidemark } from './cli-program.js';

const Output = z.object({ summary: z.object({ report: CdcReport }) });
const LATE_MS = 700;

describe("the kind cdc on ScyllaDB's own log", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    requireBuild();
    simulator = await startSimulator({ personality: 'scylla', address: '127.0.31.1', tokensPerNode: 4 });
  });
  afterAll(() => simulator.close());

  const measured = async (...args: string[]): Promise<CdcReport> => {
    const source = ['--cassandra-host', '127.0.31.1', '--cassandra-port', String(simulator.port)];
    const load = ['--rate', '200', '--duration', '4s', '--sample', '1', '--drain', '20s'];
    const { out, errors } = await tidemark(['cdc', '--scylla-log', '--json', ...source, ...load, ...args]).ended;
    try {
      return Output.parse(JSON.parse(out)).summary.report;
    } catch (error) {
      throw new Error(`no report:\n${out}${errors}`, { cause: error });
    }
  };

  it('times every change until it can be read there, also late ones and over a change of generation', async () => {
    simulator.apply({
      origin: 'first-operation',
      faults: [
        { kind: 'cdc-late', share: 0.25, ms: LATE_MS },
        { kind: 'cdc-generation', atMs: 1_500, leadMs: 500 },
      ],
    });
    const report = await measured();
    simulator.apply({});
    const { written, outcomes, fromAck } = report;
    expect(report).toMatchObject({
      pipeline: 'scylla-log',
      method: 'log',
      verifiedShare: 1,
      wrongRowCount: 0,
      clock: null,
    });
    expect(outcomes).toMatchObject({ lost: 0, unverified: 0 });
    expect(outcomes.timed + outcomes.superseded).toBe(written.insert + written.update + written.delete);
    // A quarter is late, and found by the next look at the whole window at the earliest.
    expect(fromAck.p95Ms).toBeGreaterThan(0.9 * LATE_MS);
    expect(fromAck.p50Ms).toBeLessThan(LATE_MS);
    expect(report.pollGapMaxMs).toBeGreaterThan(0);
  });

  it('finds changes that never get into the log', async () => {
    simulator.apply({ faults: [{ kind: 'cdc-late', share: 0.02, ms: 600_000 }] });
    const report = await measured('--drain', '3s', '--weights', '100/0/0');
    simulator.apply({});
    expect(report.outcomes.lost).toBeGreaterThan(0);
    expect(report.wrongRows).toMatchObject({ missing: report.outcomes.lost, different: 0, stale: 0 });
  });

  it('says what is missing where there is no such log', async () => {
    const { exitCode, errors } = await tidemark([
      'cdc',
      '--scylla-log',
      '--cassandra-host',
      '127.0.31.1',
      '--cassandra-port',
      String(simulator.port),
      '--table',
      'beside',
      '--no-create',
      '--duration',
      '1s',
    ]).ended;
    expect(exitCode).toBe(1);
    expect(errors).toContain('warehouse.beside');
  });
});
