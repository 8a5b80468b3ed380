import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nightlySuite } from '#libs/workloads/suite/nightly.js';
import { World } from '../process/harness.js';
import { realCassandra, Witness } from './cassandra.js';

const ROWS = 2_000;
const STRESS_ROWS = 3_000;

describe.skipIf(!realCassandra)('the nightly suite on a real Cassandra', () => {
  const contactPoint = realCassandra ?? '';
  let data: string;
  let world: World;
  let witness: Witness;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'tidemark-nightly-'));
    witness = new Witness(contactPoint);
    world = await World.create({ TIDEMARK_DATA_DIR: data });
    await world.service(2);
  }, 120_000);
  afterAll(async () => {
    await witness.close();
    await world.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('generates, loads, looks up, stresses and reports, in one request', async () => {
    const keyspace = witness.keyspace('nightly');
    const stressKeyspace = witness.keyspace('nightly_stress');
    const id = await world.post({
      kind: 'suite',
      name: 'nightly',
      target: { contactPoints: [contactPoint], localDatacenter: 'datacenter1', shared: true },
      spec: nightlySuite({
        files: 2,
        rowsPerFile: ROWS / 2,
        keyspace,
        stressKeyspace,
        stressRows: STRESS_ROWS,
        stressSeconds: 5,
        stressRatePerSecond: 200,
        stressThreads: 16,
      }),
    });
    const run = await world.ended(id, 200_000);
    expect(run.status, run.problem?.detail).toBe('completed');
    const { report, verdict } = await world.summary(id);
    if (report?.kind !== 'suite') throw new Error('the suite has no report');
    expect(verdict).toBe('passed');
    expect(report.steps.map(({ step, status }) => `${step} ${status}`)).toEqual(
      ['generate', 'load', 'query', 'write', 'mixed', 'verify'].map((step) => `${step} succeeded`),
    );
    expect(report.steps[2]?.outputs).toMatchObject({ ok: ROWS, missing: 0, different: 0 });
    expect(await witness.number(`SELECT count(*) AS n FROM ${keyspace}.content_data`)).toBe(ROWS);
    expect(await witness.count(stressKeyspace)).toBe(STRESS_ROWS);
    // Nothing of a step began before the one before it had ended everywhere.
    for (const [index, step] of report.steps.slice(1).entries())
      expect(step.startedAtMs ?? 0).toBeGreaterThanOrEqual(report.steps[index]?.endedAtMs ?? Infinity);
    const page = await (await fetch(`${world.url}/v1/runs/${id}/report`)).text();
    for (const step of ['generate', 'load', 'query', 'verify'])
      expect(page).toMatch(new RegExp(`<td>(<a [^>]*>)?${step}(</a>)?</td>`));
  });
});
