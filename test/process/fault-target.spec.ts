import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '#libs/contract/run.js';
import { operations, steadyWrites, World } from './harness.js';

/** One sentence that says why and what to do; one line, no stack, no secret. */
function expectSentence(run: Run, code: string, pattern: RegExp): void {
  expect(run.status).toBe('failed');
  expect(run.problem).toMatchObject({ code });
  const detail = run.problem?.detail ?? '';
  expect(detail).toMatch(pattern);
  expect(detail).not.toMatch(/\n|\bat .+:\d+:\d+|secret-word/);
  expect(run.statusHistory.at(-1)).toMatchObject({ to: 'failed', reason: detail });
}

describe('a target that cannot be used fails the run with a sentence', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
    await world.service(1);
  });
  afterAll(() => world.stop());

  const failed = async (contactPoint: string, spec: unknown, target: Record<string, unknown> = {}): Promise<Run> =>
    world.ended(await world.create(contactPoint, spec, { target: { contactPoints: [contactPoint], ...target } }));

  it('a port where nothing listens', async () => {
    expectSentence(
      await failed('127.0.0.1:1', operations('write', 10)),
      'TARGET_UNREACHABLE',
      /127\.0\.0\.1:1 \(ECONNREFUSED\): nothing listens there: check the port/,
    );
  });

  it('a port where something else listens', async () => {
    expectSentence(
      await failed(`127.0.0.1:${world.apiPort}`, {
        ...operations('write', 10),
        connection: { connectTimeoutMs: 1000, controlConnectionTimeoutMs: 1000 },
      }),
      'TARGET_UNREACHABLE',
      new RegExp(`127\\.0\\.0\\.1:${world.apiPort}`),
    );
  });

  it('a wrong password and a missing one', async () => {
    const { contactPoint } = await world.simulator('--auth', 'tide:mark');
    expectSentence(
      await failed(contactPoint, operations('write', 10), { username: 'tide', password: 'secret-word' }),
      'TARGET_AUTHENTICATION_FAILED',
      /refused the login .*check username and password/,
    );
    expectSentence(
      await failed(contactPoint, operations('write', 10)),
      'TARGET_AUTHENTICATION_FAILED',
      /asks for a login: give username and password/,
    );
  });

  it('an unknown keyspace', async () => {
    const { contactPoint } = await world.simulator();
    expectSentence(
      await failed(contactPoint, { ...operations('read', 10), schema: { keyspace: 'nowhere' } }),
      'KEYSPACE_UNKNOWN',
      /keyspace nowhere does not exist on the target: write it first/,
    );
  });

  it('a consistency level that the replication factor cannot meet', async () => {
    const { contactPoint } = await world.simulator();
    expectSentence(
      await failed(contactPoint, { ...operations('write', 10), consistencyLevel: 'THREE' }),
      'CONSISTENCY_UNREACHABLE',
      /THREE.*replica/i,
    );
  });

  it('a read of rows that nobody wrote', async () => {
    const { contactPoint } = await world.simulator();
    expect((await failed(contactPoint, operations('write', 10))).status).toBe('completed');
    const spec = { ...operations('read', 100), errors: { retries: 0, ignore: false, skipReadValidation: false } };
    const run = await failed(contactPoint, spec);
    expectSentence(
      run,
      'VALIDATION_MISMATCH',
      /not validated: key [0-9a-f]+, column \*, expected a row, found nothing/,
    );
    expect((await world.summary(run.id)).mismatchCount).toBeGreaterThan(0);
  });
});

describe('nodes that die mid-run', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
    await world.service(1);
  });
  afterAll(() => world.stop());

  it('one of three, each row on all three: retries go to the others and no operation fails', async () => {
    const script = await world.script([{ kind: 'down', node: 2, atMs: 1500 }]);
    const { contactPoint } = await world.simulator('--nodes', '3', '--script', script);
    const schema = { replication: { strategy: 'NetworkTopologyStrategy', options: { replication_factor: '3' } } };
    const run = await world.ended(await world.create(contactPoint, steadyWrites(4_000, { schema })));
    expect(run.problem).toBeNull();
    expect(run.status).toBe('completed');
    expect((await world.summary(run.id)).operations['total']).toMatchObject({ scheduled: 2_000, failed: 0 });
  });

  it('one of three, each row on one: the rows of that node fail, as data, and the others go on', async () => {
    const script = await world.script([{ kind: 'down', node: 2, atMs: 1500 }]);
    const { contactPoint } = await world.simulator('--nodes', '3', '--script', script);
    const errors = { retries: 1, ignore: true, skipReadValidation: false };
    const run = await world.ended(await world.create(contactPoint, steadyWrites(4_000, { errors })));
    expect(run.status).toBe('completed');
    const { operations: all, validity } = await world.summary(run.id);
    expect(all['total']?.scheduled).toBe(2_000);
    expect(all['total']?.errors['unavailable']).toBeGreaterThan(100);
    expect(validity.reasons.map(({ code }) => code)).toContain('OPERATIONS_FAILED');
    const last = (await world.intervals(run.id)).filter(({ interval }) => interval === 3);
    expect(last.length).toBeGreaterThan(0);
    for (const { completed, failed } of last) expect(failed).toBeLessThan(completed);
  });

  it('all: the run fails with a sentence and keeps what was measured before', async () => {
    const { contactPoint, child } = await world.simulator();
    const id = await world.create(contactPoint, steadyWrites(60_000, { connection: { requestTimeoutMs: 1000 } }));
    await world.reaches(id, 'running');
    await sleep(2_500);
    child.signal('SIGKILL');
    const run = await world.ended(id, 20_000);
    expectSentence(run, 'OPERATIONS_FAILED', /an operation failed after 9 retries: .*(-errors ignore|ignore)/);
    const total = (await world.summary(id)).operations['total'];
    expect((total?.completed ?? 0) - (total?.failed ?? 0)).toBeGreaterThan(900);
  });
});
