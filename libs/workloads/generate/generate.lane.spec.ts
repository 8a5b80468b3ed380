import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { makeRecordFolder } from '#libs/dataset/file-record.js';
import { systemClock } from '#libs/load/clock.js';
import { openGenerateLane } from './generate.lane.js';
import { GenerateSpec } from './generate.schema.js';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-lane-'));
  await makeRecordFolder(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a lane that goes on with a part puts no row into an interval before it began', async () => {
  const spec = GenerateSpec.parse({
    dataset: 'd',
    files: 2,
    rowsPerFile: 400,
    sizes: { type: 'fixed', bytes: 1_000 },
    minFreeBytes: 0,
  });
  const told: IntervalSnapshot[] = [];
  const lane = await openGenerateLane(
    {
      kind: 'generate',
      spec,
      target: { folder, shown: 'd', owner: 'one', finished: [] },
      share: { first: 0, stride: 1, threads: 1 },
    },
    {
      log: () => undefined,
      interval: (snapshot) => void told.push(snapshot),
      mismatch: () => undefined,
      started: () => undefined,
      artifact: () => undefined,
      annotate: () => undefined,
    },
  );
  const beganMs = systemClock.epochMs();
  await lane.run(Math.round(beganMs - 5_500), new AbortController().signal);
  await lane.close();
  const rowsOf = (snapshots: readonly IntervalSnapshot[]): number =>
    snapshots.reduce((sum, { operations }) => sum + (operations['ROW']?.completed ?? 0), 0);
  const past = told.filter(({ startMs, lengthMs }) => startMs + lengthMs <= beganMs);
  expect(past.length).toBeGreaterThanOrEqual(5);
  expect(rowsOf(past)).toBe(0);
  expect(rowsOf(told)).toBe(800);
});
