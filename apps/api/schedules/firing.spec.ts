import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StoredRun } from '#libs/store/port.js';
import { beginRun, startTestApi, type TestApi } from '../../../test/api-server.js';
import { makeSchedule, nightly, settle, writes } from '../../../test/schedule-steps.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const PATIENT = { timeout: 15_000, interval: 50 };

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi({ logLevel: 'warn', maxQueued: 1 });
});
afterEach(() => api.close());

const make = (more: object = {}) => makeSchedule(api, nightly(more));
const runs = async (id: string) => (await api.store.runs.list({ scheduleId: id, parent: null, limit: 50 })).items;
const said = (text: string) => api.said.filter((line) => line.includes(text));
const counted = async (state: string) =>
  Number(
    new RegExp(`^tidemark_schedule_fires_total{state="${state}"} (\\d+)$`, 'm').exec(
      (await api.get('/metrics')).text,
    )?.[1],
  );

describe('a due time whose replica died', () => {
  /** What a replica does until it makes the run. */
  const claimed = async (more: object) => {
    const { id, nextFires } = await make(more);
    const [first = 0, second = 0] = nextFires;
    const fire = { dueAtMs: first, state: 'firing' as const, reason: 'its run is being made', atMs: first };
    await api.store.platform.schedules.take(id, first, [fire], second, first + 30 * SECOND);
    return { id, first };
  };

  it('before it made the run is started by another, once its lease has ended', async () => {
    const { id, first } = await claimed({});
    const { lastFires } = await settle(api, id, first + 30 * SECOND);
    const [run, ...more] = await runs(id);
    expect([lastFires[0]?.state, lastFires[0]?.runId, more]).toEqual(['fired', run?.id, []]);
  });

  it.each([
    { missed: 'skip', state: 'missed', made: 0 },
    { missed: 'run-once-late', state: 'late', made: 1 },
  ])('hours ago is $state by the policy $missed', async ({ missed, state, made }) => {
    const { id, first } = await claimed({ missed });
    const { lastFires } = await settle(api, id, first + 3 * 60 * MINUTE);
    expect(lastFires.map((fire) => fire.state)).toEqual([state]);
    expect(await runs(id)).toHaveLength(made);
    expect(await counted(state)).toBe(1);
  });

  it('is made up for once, although two were to be', async () => {
    const { id, first } = await claimed({ overlap: 'queue' });
    const { lastFires } = await settle(api, id, first + DAY + 60 * MINUTE);
    expect(lastFires.map(({ state }) => state)).toEqual(['late', 'missed']);
    expect(await runs(id)).toHaveLength(1);
  });

  it.each([
    { name: 'a minute', afterMs: MINUTE },
    { name: 'two days', afterMs: 2 * DAY + 60 * MINUTE },
  ])('after it made the run is fired with that run, $name later, although the queue is full', async ({ afterMs }) => {
    const finish = vi.spyOn(api.store.platform.schedules, 'finishFire').mockRejectedValueOnce(new Error('died'));
    const { id, nextFires } = await make({ missed: 'skip' });
    const [first = 0] = nextFires;
    api.now.ms = first;
    await vi.waitFor(() => expect(finish).toHaveBeenCalled(), PATIENT);
    await settle(api, id, first + afterMs);
    const [run, ...more] = await runs(id);
    const { items } = await api.store.platform.schedules.fires(id, { limit: 10 });
    expect([items.at(-1)?.state, items.at(-1)?.runId, more]).toEqual(['fired', run?.id, []]);
  });
});

describe('a run that has not ended', () => {
  const every = (overlap: string) => make({ cron: '* * * * *', timeZone: 'UTC', overlap });
  const policies = [
    { overlap: 'skip', state: 'skipped', status: 'queued', open: 1 },
    { overlap: 'cancel-previous', state: 'fired', status: 'cancelled', open: 1 },
  ];

  it.each(policies)('is seen after a hundred due times: $overlap', async ({ overlap, state, status, open }) => {
    const { id, nextFires } = await every(overlap);
    const [first = 0] = nextFires;
    const { lastFires } = await settle(api, id, first);
    const held = { state: 'skipped' as const, reason: 'held up', atMs: first };
    const fires = Array.from({ length: 150 }, (_, index) => ({ ...held, dueAtMs: first + (index + 1) * MINUTE }));
    const nextMs = first + 151 * MINUTE;
    await api.store.platform.schedules.take(id, first + MINUTE, fires, nextMs, first);
    const settled = await settle(api, id, nextMs);
    expect(settled.lastFires[0]).toMatchObject({ dueAtMs: nextMs, state });
    expect((await api.store.runs.find(lastFires[0]?.runId ?? ''))?.status).toBe(status);
    expect(await api.store.platform.schedules.openRuns(id)).toHaveLength(open);
  });

  it.each(policies)('is seen behind the steps that belong to it: $overlap', async ({ overlap, state, status }) => {
    const { id, nextFires } = await every(overlap);
    const [first = 0] = nextFires;
    await settle(api, id, first);
    const [parent] = await runs(id);
    if (parent === undefined) throw new Error('expected a run');
    for (let index = 0; index < 60; index++) await api.store.runs.create(stepOf(parent, index));
    const { lastFires } = await settle(api, id, first + MINUTE);
    expect(lastFires[0]?.state).toBe(state);
    expect((await api.store.runs.find(parent.id))?.status).toBe(status);
  });

  it('is a suite as well, whose steps are no runs of the schedule', async () => {
    const { spec, target } = writes();
    const suite = { kind: 'suite', target, spec: { steps: [{ id: 'one', run: { kind: 'stress', spec } }] } };
    const { id, nextFires } = await make({ cron: '* * * * * *', timeZone: 'UTC', work: { type: 'run', run: suite } });
    const [first = 0] = nextFires;
    await settle(api, id, first);
    const [run] = await runs(id);
    await vi.waitFor(async () => expect(await api.store.parents.children(run?.id ?? '')).toHaveLength(1), PATIENT);
    const { lastFires } = await settle(api, id, first + SECOND);
    expect(lastFires[0]).toMatchObject({ state: 'skipped', reason: `run ${run?.id} of the schedule has not ended` });
  });

  it('and is under way is told to end by cancel-previous, and the next one waits', async () => {
    const { id, nextFires } = await make({ cron: '* * * * * *', timeZone: 'UTC', overlap: 'cancel-previous' });
    const [first = 0] = nextFires;
    await settle(api, id, first);
    const [run] = await runs(id);
    await beginRun(api.store, run?.id ?? '', first);
    const { lastFires } = await settle(api, id, first + SECOND);
    expect(lastFires[0]?.state).toBe('fired');
    const previous = await api.store.runs.find(run?.id ?? '');
    expect(previous).toMatchObject({
      status: 'running',
      cancelRequested: { actor: 'schedule:nightly', reason: 'the next due time has come' },
    });
    expect((await runs(id)).map(({ status }) => status)).toEqual(['queued', 'running']);
  });
});

describe('a run that cannot be made', () => {
  const named = () => make({ work: { type: 'run', run: writes(1, { target: { contactPoints: ['node.test'] } }) } });

  it('while the name server is away is made at the next try', async () => {
    const { id, nextFires } = await named();
    const [first = 0] = nextFires;
    api.addresses.delete('node.test');
    api.now.ms = first;
    await vi.waitFor(() => expect(said('is tried again after its lease')).toHaveLength(1), PATIENT);
    api.addresses.set('node.test', ['127.0.0.7']);
    const { lastFires } = await settle(api, id, first + 30 * SECOND);
    expect(lastFires[0]?.state).toBe('fired');
  });

  it('for good ends its due time at once, in the log and the metrics', async () => {
    const { id, nextFires } = await named();
    expect(await counted('failed')).toBe(0);
    api.addresses.set('node.test', ['10.1.2.3']);
    const { lastFires } = await settle(api, id, nextFires[0] ?? 0);
    expect(lastFires[0]).toMatchObject({ state: 'failed', reason: expect.stringContaining('found 10.1.2.3') });
    expect(said(`Schedule ${id} failed 2025-11-21T01:30:00.000Z`)).toHaveLength(1);
    expect(await counted('failed')).toBe(1);
  });
});

describe('a look at the schedules', () => {
  it('goes by one that cannot be read, and complains of it once', async () => {
    const { id, nextFires } = await make();
    const [first = 0] = nextFires;
    const good = await api.store.platform.schedules.find(id, null);
    if (good === null) throw new Error('expected a schedule');
    const broken = { ...good, id: 'broken', timeZone: 'Mars/Olympus', nextDueAtMs: first - 1, overrides: null };
    await api.store.platform.schedules.create({ ...broken, definition: null }, first);
    const looks = vi.spyOn(api.store.platform.schedules, 'due');
    expect((await settle(api, id, first)).lastFires[0]?.state).toBe('fired');
    const before = looks.mock.calls.length;
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(before + 1), PATIENT);
    expect(said('Schedule broken starts nothing')).toHaveLength(1);
    expect((await api.get('/v1/schedules')).status).toBe(200);
  });

  it('tells what was missed only where it was written down', async () => {
    const { id, nextFires } = await make({ missed: 'skip' });
    const other = vi.spyOn(api.store.platform.schedules, 'take').mockResolvedValue([]);
    api.now.ms = (nextFires[0] ?? 0) + 60 * MINUTE;
    await vi.waitFor(() => expect(other.mock.calls.length).toBeGreaterThan(1), PATIENT);
    expect([said('missed'), await counted('missed')]).toEqual([[], 0]);
    other.mockRestore();
    await settle(api, id, api.now.ms);
    expect(said(`Schedule ${id} missed 2025-11-21T01:30:00.000Z`)).toHaveLength(1);
    expect(await counted('missed')).toBe(1);
  });
});

/** A step of a run, as the coordinator makes it. */
const stepOf = ({ summary: _summary, ...parent }: StoredRun, index: number) => ({
  ...parent,
  id: `${parent.id.slice(0, 30)}-${index}`,
  createdAtMs: parent.createdAtMs + 1 + index,
  endpoints: [],
  shards: [],
  actor: 'coordinator',
  parent: { runId: parent.id, rootId: parent.id, step: `step-${index}` },
});
