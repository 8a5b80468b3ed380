import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';
import { openHdrFile } from './hdr-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-hdr-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const refuse = (error: unknown) => {
  throw error;
};

function snapshot(interval: number): IntervalSnapshot {
  const histogram = Histogram.empty();
  histogram.record(2_000_000);
  const st = histogram.encode();
  histogram.destroy();
  const counters = {
    scheduled: 1,
    completed: 1,
    failed: 0,
    dropped: 0,
    retries: 0,
    partitions: 1,
    rows: 1,
    errors: {},
  };
  return {
    interval,
    startMs: 5_000 + interval * 1_000,
    lengthMs: 1_000,
    partial: false,
    operations: { WRITE: { ...counters, st } },
    self: {
      cpuUs: 0,
      eventLoopDelayMaxMs: 0,
      scheduleLagMaxMs: 0,
      inFlightMax: 0,
      inFlightCapHits: 0,
      gcPauseMs: 0,
      rssBytes: 0,
      bytesSent: 0,
      bytesReceived: 0,
      lateAnswers: 0,
    },
  };
}

describe('openHdrFile', () => {
  it('has the header once and a line for each interval, under its name only when published', async () => {
    const path = join(folder, 'run.hdr');
    const file = await openHdrFile(path, refuse);
    file.add(snapshot(0));
    file.add(snapshot(1));
    expect(await readdir(folder)).not.toContain('run.hdr');
    await file.publish();
    await file.discard();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('#[BaseTime: 5.000'))).toHaveLength(1);
    expect(lines.slice(-2).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['Tag=WRITE-st', '0.000', '1.000'],
      ['Tag=WRITE-st', '1.000', '1.000'],
    ]);
    expect(await readdir(folder)).toEqual(['run.hdr']);
  });

  it('leaves nothing behind when discarded', async () => {
    const file = await openHdrFile(join(folder, 'discarded.hdr'), refuse);
    file.add(snapshot(0));
    await file.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith('discarded'))).toEqual([]);
  });

  it.each([
    { place: 'absent/run.hdr', why: 'ENOENT' },
    { place: 'taken', why: 'it is a folder' },
  ])('refuses $place before anything runs: $why', async ({ place, why }) => {
    await mkdir(join(folder, 'taken'), { recursive: true });
    const opening = openHdrFile(join(folder, place), refuse);
    await expect(opening).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(why) });
  });
});
