import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '#libs/contract/run.js';
import type { Summary } from '#libs/contract/summary.js';
import type { World } from '../process/harness.js';
import { tidemark } from '../process/cli-program.js';
import { realCassandra, type Witness } from './cassandra.js';
import { RealService } from './real-service.js';

const ROWS = 20_000;
const WRONG = Buffer.from('changed behind the back of the tool');
const ENDED_WITHIN_MS = 90_000;

describe.skipIf(realCassandra === undefined)('stress on a real Cassandra', () => {
  const target = realCassandra ?? '';
  let service: RealService;
  let witness: Witness;
  let world: World;
  beforeAll(async () => {
    service = await RealService.start(target);
    ({ witness, world } = service);
  });
  afterAll(() => service.stop());

  const overApi = async (command: string): Promise<{ run: Run; summary: Summary }> => {
    const id = await world.create(target, { command }, { placement: { executors: 2 } });
    const run = await world.ended(id, ENDED_WITHIN_MS);
    const { validity } = await world.until(id, (one) => one.validity !== null);
    expect(validity?.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
    return { run, summary: await world.summary(id) };
  };
  const overCli = (command: string) =>
    tidemark(['--json', 'stress', ...command.split(' '), '-node', witness.host, '-port', `native=${witness.port}`])
      .ended;

  it('over the API with two executors: writes, validates every row, mixes, in closed loop and at a fixed rate', async () => {
    const keyspace = witness.keyspace('api');
    const at = (words: string) => `${words} -schema keyspace=${keyspace}`;
    const all = `-pop seq=1..${ROWS}`;

    const write = await overApi(at(`write n=${ROWS} cl=ONE no-warmup -rate threads=64 ${all}`));
    expect(write.run.status).toBe('completed');
    expect(new Set(write.run.shards.map(({ executorId }) => executorId)).size).toBe(2);
    expect(write.summary).toMatchObject({ simulated: false, mismatchCount: 0 });
    expect(write.summary.operations['WRITE']).toMatchObject({ completed: ROWS, failed: 0 });
    expect(await witness.count(keyspace)).toBe(ROWS);

    const read = await overApi(at(`read n=${ROWS} cl=ONE no-warmup -rate threads=64 fixed=2500/s ${all}`));
    expect(read.run.status).toBe('completed');
    expect(read.summary.operations['READ']).toMatchObject({ scheduled: ROWS, completed: ROWS, failed: 0 });
    expect(read.summary.mismatchCount).toBe(0);
    expect(read.summary.operations['READ']?.responseTime?.count).toBe(ROWS);

    const mix = `-pop dist=GAUSSIAN(1..${ROWS})`;
    for (const rate of ['threads=64', 'threads=64 fixed=2500/s']) {
      const mixed = await overApi(at(`mixed ratio(write=1,read=3) n=${ROWS} cl=ONE no-warmup -rate ${rate} ${mix}`));
      expect(mixed.run.status).toBe('completed');
      const { READ, WRITE, total } = mixed.summary.operations;
      expect(total).toMatchObject({ completed: ROWS, failed: 0 });
      const readShare = (READ?.completed ?? 0) / ((READ?.completed ?? 0) + (WRITE?.completed ?? 0));
      expect(readShare).toBeGreaterThan(0.7);
      expect(readShare).toBeLessThan(0.8);
    }

    const spoiled = await witness.spoil(keyspace, 'C3', WRONG);
    const caught = await overApi(at(`read n=${ROWS} cl=ONE no-warmup -errors ignore -rate threads=64 ${all}`));
    expect(caught.summary.mismatchCount).toBe(1);
    const [mismatch] = caught.summary.mismatches;
    expect(mismatch?.column).toBe('C3');
    expect(hexOf(mismatch?.key)).toContain(spoiled.key);
    expect(hexOf(mismatch?.expected)).toContain(spoiled.before);
    expect(hexOf(mismatch?.found ?? '')).toContain(WRONG.toString('hex'));
  });

  it('over the command line: the same, with exit code 1 for a changed value', async () => {
    const keyspace = witness.keyspace('cli');
    const at = (words: string) => overCli(`${words} -schema keyspace=${keyspace} -pop seq=1..${ROWS}`);
    for (const command of [
      `write n=${ROWS} cl=ONE no-warmup -rate threads=64`,
      `read n=${ROWS} cl=ONE no-warmup -rate threads=64`,
      `mixed ratio(write=1,read=3) n=${ROWS} cl=ONE no-warmup -rate threads=64`,
      `write n=${ROWS} cl=ONE no-warmup -rate threads=64 fixed=2500/s`,
      `read n=${ROWS} cl=ONE no-warmup -rate threads=64 fixed=2500/s`,
      `mixed ratio(write=1,read=3) n=${ROWS} cl=ONE no-warmup -rate threads=64 fixed=2500/s`,
    ]) {
      const { exitCode, out, errors } = await at(command);
      expect({ exitCode, errors: exitCode === 0 ? '' : errors }, command).toEqual({ exitCode: 0, errors: '' });
      expect(JSON.parse(out)).toMatchObject({ summary: { operations: { total: { completed: ROWS, failed: 0 } } } });
    }
    expect(await witness.count(keyspace)).toBe(ROWS);
    const { key } = await witness.spoil(keyspace, 'C1', WRONG);
    const { exitCode, errors } = await at(`read n=${ROWS} cl=ONE no-warmup -rate threads=64`);
    expect(exitCode).toBe(1);
    expect(hexOf(errors)).toContain(key);
  });

  it('writes equal rows with either engine', async () => {
    const [wire, driver] = [witness.keyspace('wire'), witness.keyspace('driver')];
    for (const [keyspace, engine] of Object.entries({ [wire]: 'wire', [driver]: 'driver' })) {
      const command = `write n=2000 cl=ONE no-warmup -schema keyspace=${keyspace} -rate threads=16`;
      const run = await world.ended(await world.create(target, { command, engine }), ENDED_WITHIN_MS);
      expect(run.status, run.problem?.detail).toBe('completed');
    }
    for (const [keyspace, engine] of Object.entries({ [wire]: 'wire', [driver]: 'driver' })) {
      const command = `mixed ratio(counter_write=1,counter_read=1,read=1) n=2000 cl=ONE no-warmup -pop seq=1..500 -errors ignore skip-read-validation -schema keyspace=${keyspace} -rate threads=1`;
      const run = await world.ended(await world.create(target, { command, engine }), ENDED_WITHIN_MS);
      expect(run.status, run.problem?.detail).toBe('completed');
    }
    expect(await witness.sum(wire)).toBeGreaterThan(0);
    expect(await witness.sum(driver)).toBe(await witness.sum(wire));
    const rows = await witness.rows(wire);
    expect(rows.size).toBe(2000);
    expect(await witness.rows(driver)).toEqual(rows);
  });
});

/** Values are shown as hexadecimal digits or as text; both become comparable. */
const hexOf = (text: string | undefined): string => (text ?? '').replaceAll('0x', '').toLowerCase();
