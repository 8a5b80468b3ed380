import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tidemark } from './cli-program.js';
import { World } from './harness.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
  await world.api();
});
afterAll(() => world.stop());

const asked = (...words: string[]) => tidemark([...words, '--server', world.url]).ended;

async function file(name: string, value: unknown): Promise<string> {
  const path = join(world.folder, name);
  await writeFile(path, JSON.stringify(value));
  return path;
}

it('a schedule of a benchmark is made of files, shown, paused, listed and deleted', async () => {
  const target = { contactPoints: ['127.0.0.1:9042'] };
  const definition = { kind: 'stress', target, spec: { command: 'write n=1 -rate threads=1' } };
  const made = await asked('benchmarks', 'create', await file('benchmark.json', { name: 'nightly', definition }));
  expect(made.exitCode, made.errors).toBe(0);
  const { id: benchmarkId } = JSON.parse(made.out);
  const work = { type: 'benchmark', benchmarkId };
  const schedule = { name: 'at night', work, cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
  const set = await asked('schedules', 'create', await file('schedule.json', schedule));
  expect(set.exitCode, set.errors).toBe(0);
  const { id } = JSON.parse(set.out);
  expect((await asked('schedules', 'pause', id)).exitCode).toBe(0);
  const listed = await asked('schedules', 'list');
  expect(listed.out).toMatch(new RegExp(`^${id} +at night +0 3 \\* \\* \\* +Europe/Berlin +true +-$`, 'm'));
  const changed = await asked('schedules', 'update', id, await file('changed.json', { ...schedule, name: 'later' }));
  expect(changed.exitCode, changed.errors).toBe(0);
  expect(JSON.parse((await asked('schedules', 'show', id)).out)).toMatchObject({ id, name: 'later' });
  expect((await asked('schedules', 'delete', id)).exitCode).toBe(0);
  const gone = await asked('schedules', 'show', id);
  expect([gone.exitCode, gone.errors]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
  const wrong = await asked('webhooks', 'create', await file('wrong.json', { name: 'x' }));
  expect([wrong.exitCode, wrong.errors]).toEqual([2, expect.stringContaining('url: expected')]);
});
