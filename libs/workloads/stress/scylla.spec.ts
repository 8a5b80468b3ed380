import { afterEach, describe, expect, it } from 'vitest';
import { TargetShardFold } from '#libs/stats/target-shards.js';
import { shardFindings } from '#libs/stats/shard-findings.js';
import type { SimulatorOptions } from '#libs/cql-sim/simulator-options.js';
import { sampleSpec } from './sample-spec.js';
import { SimulatedTarget } from './simulated-target.js';

const SHARDS = 4;
const ROWS = 1_600;
/** More than the jitter of a busy machine. */
const SLOW_MS = 200;

const targets: SimulatedTarget[] = [];
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
});

/** Writes ROWS rows to a simulated ScyllaDB; answers what is told of its shards. */
async function writeTo(options: SimulatorOptions) {
  const target = await SimulatedTarget.start({ personality: 'scylla', shards: SHARDS, ...options });
  targets.push(target);
  const spec = sampleSpec({
    stop: { type: 'operations', count: ROWS },
    rate: { model: 'closed', threads: 64 },
    errors: { ignore: true },
    warmup: false,
  });
  const facts = await target.prepare(spec);
  expect(facts.nodes.map(({ shards }) => shards)).toEqual([SHARDS]);
  expect(await target.carryOut(spec)).toMatchObject({ completed: ROWS });
  const fold = new TargetShardFold();
  for (const { self } of target.told.intervals) fold.add(self.targetShards ?? []);
  const errors: Record<string, number> = {};
  for (const { operations } of target.told.intervals)
    for (const [name, count] of Object.entries(operations['WRITE']?.errors ?? {}))
      errors[name] = (errors[name] ?? 0) + count;
  return { target, figures: fold.figures(), errors };
}

/** What is found of one kind. On a busy machine any shard may have a slow moment, which is not what is tested. */
const subjects = (figures: Parameters<typeof shardFindings>[0], kind: string): string[] =>
  shardFindings(figures).flatMap(({ code, subject }) => (code === kind ? [subject] : []));

describe('a run against ScyllaDB', () => {
  it('counts every request at the shard that holds its key, and names the one that is slow', async () => {
    const { target, figures } = await writeTo({
      script: {
        faults: [{ kind: 'latency', where: { shards: [2] }, distribution: { type: 'fixed', ms: SLOW_MS } }],
      },
    });
    const { shards } = target.simulator.stats;
    expect(shards.map(({ strayed }) => strayed)).toEqual([0, 0, 0, 0]);
    expect(figures.map(({ shard, operations }) => [shard, operations])).toEqual(
      shards.map(({ shard, owned }) => [shard, owned]),
    );
    expect(figures.reduce((sum, { operations }) => sum + operations, 0)).toBe(ROWS);
    expect(figures[2]?.p50Ms).toBeGreaterThan(SLOW_MS * 0.96);
    const address = target.simulator.contactPoints[0];
    expect(subjects(figures, 'SHARD_SLOW')).toContain(`${address} shard 2`);
  });

  it('knows the rate limit by the code that the server says, and at which shard it was met', async () => {
    const { figures, errors, target } = await writeTo({
      rateLimitCode: 0x4321,
      script: { faults: [{ kind: 'error', code: 'RATE_LIMIT', where: { shards: [1] } }] },
    });
    const limited = figures[1]?.operations ?? 0;
    expect(errors).toEqual({ rateLimited: limited });
    // Not tried again: the target asked for less.
    expect(figures.reduce((sum, { operations }) => sum + operations, 0)).toBe(ROWS);
    expect(subjects(figures, 'SHARD_FAILING')).toEqual([`${target.simulator.contactPoints[0]} shard 1`]);
  });

  it('has no shards to tell of where the target shows none', async () => {
    const target = await SimulatedTarget.start();
    targets.push(target);
    const spec = sampleSpec();
    expect((await target.prepare(spec)).nodes.map(({ shards }) => shards)).toEqual([undefined]);
    await target.carryOut(spec);
    expect(target.told.intervals.flatMap(({ self }) => self.targetShards ?? [])).toEqual([]);
  });
});
