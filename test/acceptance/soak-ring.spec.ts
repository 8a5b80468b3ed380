import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OperationSummary } from '#libs/contract/summary.js';
import { World } from '../process/harness.js';
import { RealCluster } from '../services/cluster.js';

const services = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));
const Stats = z.object({ operations: z.record(z.string(), OperationSummary) });

/** What the scripts find programs by; hooks get nothing of an executor's environment. */
const environment = ['HOME', 'JAVA_HOME', 'LANG']
  .map((name) => [name, process.env[name]] as const)
  .flatMap(([name, value]) => (value === undefined ? [] : [`export ${name}='${value}'`]))
  .join('\n');
const call = (...args: string[]) => `'${process.execPath}' '${services}' ${args.join(' ')}`;
const START = call('start', 'cluster.4', '--quick', '--heap', '256M');
const WIPE = call('stop', 'cluster.4', '--wipe');
const HOOKS = {
  // A busy machine may let a new node miss the others once: then it gives up by itself.
  'out.sh': `#!/bin/sh\n${environment}\n${START} || { ${WIPE}; ${START}; }\n`,
  'in.sh': `#!/bin/sh\nset -e\n${environment}\n${call('nodetool', 'cluster.4', 'decommission')}\n${WIPE}\n`,
};

describe('a soak of a real ring of three that a hook resizes', () => {
  let cluster: RealCluster;
  let world: World;

  beforeAll(async () => {
    cluster = await RealCluster.start();
    world = await World.create();
    const hooks = join(world.folder, 'hooks');
    await mkdir(hooks);
    for (const [name, text] of Object.entries(HOOKS)) await writeFile(join(hooks, name), text, { mode: 0o755 });
    await world.api();
    await world.executor({ TIDEMARK_HOOK_DIR: hooks });
  }, 240_000);
  afterAll(async () => {
    await world?.stop();
    await cluster?.stop();
  }, 120_000);

  it('gains a node and loses it, and the figures are those of the interval rows', { timeout: 420_000 }, async () => {
    const id = await world.post({
      kind: 'soak',
      target: { contactPoints: cluster.contactPoints },
      spec: {
        batchesInFlight: 2,
        batchMin: 5,
        batchMax: 10,
        readRatePerSecond: 50,
        verifyShare: 0.1,
        keyspace: 'soak_ring',
        replication: { factor: 3 },
        scaler: {
          type: 'hook',
          scaleOut: { command: ['out.sh'], timeoutMs: 180_000 },
          scaleIn: { command: ['in.sh'], timeoutMs: 180_000 },
          minNodes: 3,
          maxNodes: 4,
          pollMs: 1_000,
          stableMs: 5_000,
          firstAfterMs: 8_000,
          resizeDeadlineMs: 240_000,
          cycles: 1,
        },
      },
    });
    const ended = await world.ended(id, 400_000);
    const log = (await world.log(id)).join('\n');
    expect(ended.status, `${ended.problem?.detail} ${log}`).toBe('completed');
    const summary = await world.summary(id);
    const report = summary.report?.kind === 'soak' ? summary.report.scaler : undefined;
    expect(report?.resizes.map(({ from, to, outcome }) => [from, to, outcome])).toEqual([
      [3, 4, 'completed'],
      [4, 3, 'completed'],
    ]);
    for (const { before, during, after, number } of report?.resizes ?? []) {
      for (const phase of [before, during, after]) {
        if (phase === null) throw new Error(`resize ${number} has not all phases`);
        const { operations } = Stats.parse(
          await world.call(`/v1/runs/${id}/stats?from=${phase.fromMs}&to=${phase.toMs}`),
        );
        for (const [name, { operations: count, errors, ratePerSecond, p99Ms }] of Object.entries(phase.operations)) {
          const whole = operations[name];
          expect([count, errors, ratePerSecond], `${name} of resize ${number}`).toEqual([
            whole?.completed,
            whole?.failed,
            whole?.ratePerSecond,
          ]);
          expect(p99Ms).toBe((whole?.responseTime ?? whole?.serviceTime)?.p99Ms);
        }
        // The load went on while nodes came and went.
        expect(phase.operations['total']?.operations).toBeGreaterThan(0);
      }
    }
    expect(summary.report).toMatchObject({ missing: 0, different: 0 });
    expect(log).toMatch(/resize 2 \(4 to 3 nodes\): stable for 5 s/);
    if (process.env['TIDEMARK_TEST_SHOW'] !== undefined) console.log(JSON.stringify(report, null, 1));
  });
});
