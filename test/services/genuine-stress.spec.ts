import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tidemark } from '../process/cli-program.js';
import { genuineStress, realCassandra, Witness } from './cassandra.js';

const ROWS = 20_000;
const COMMAND = `n=${ROWS} cl=ONE no-warmup -rate threads=32 -pop seq=1..${ROWS} -log no-settings`;

const isHere = realCassandra !== undefined && genuineStress !== undefined;

// Side by side, for much of each is the start of a Java machine.
describe.skipIf(!isHere)('the genuine cassandra-stress', { concurrent: true }, () => {
  let witness: Witness;
  beforeAll(() => {
    witness = new Witness(realCassandra ?? '');
  });
  afterAll(() => witness.close());

  const ours = (operation: string, keyspace: string) => {
    const words = `${operation} ${COMMAND} -node ${witness.host} -port native=${witness.port} -schema keyspace=${keyspace}`;
    return tidemark(['stress', ...words.split(' ')]).ended;
  };

  it('validates the rows that Tidemark wrote, and fails when one value was changed', async () => {
    const keyspace = witness.keyspace('ours');
    expect((await ours('write', keyspace)).exitCode).toBe(0);
    const { exitCode, out } = await witness.genuine(`read ${COMMAND}`, keyspace);
    expect(exitCode, out).toBe(0);
    expect(out).toMatch(/Total partitions +: +20,000/);
    await witness.spoil(keyspace, 'C2', Buffer.from('not what was written'));
    expect((await witness.genuine(`read ${COMMAND}`, keyspace)).out).toContain('Data returned was not validated');
  });

  // Inverted sizes (`~EXP(1..200)`) are none of these: the original makes its buffer of their smallest size and fails.
  it.each(['UNIFORM(1..200)', 'GAUSSIAN(1..200)', 'EXP(1..200)', 'EXTREME(1..200,2)'])(
    'validates columns whose sizes are %s',
    async (size) => {
      const rows = 3_000;
      const keyspace = witness.keyspace(`sizes${size.replaceAll(/\W/g, '')}`.toLowerCase());
      const command = `n=${rows} cl=ONE no-warmup -rate threads=32 -pop seq=1..${rows} -log no-settings -col size=${size}`;
      const words = `write ${command} -node ${witness.host} -port native=${witness.port} -schema keyspace=${keyspace}`;
      expect((await tidemark(['stress', ...words.split(' ')]).ended).exitCode).toBe(0);
      const { exitCode, out } = await witness.genuine(`read ${command}`, keyspace);
      expect(exitCode, out).toBe(0);
    },
  );

  it('finds the counters that Tidemark raised, and the reverse', async () => {
    const keyspace = witness.keyspace('counters');
    expect((await ours('counter_write add=FIXED(3)', keyspace)).exitCode).toBe(0);
    expect(await witness.sum(keyspace)).toBe(3 * ROWS);
    const read = await witness.genuine(`counter_read ${COMMAND}`, keyspace);
    expect(read.exitCode, read.out).toBe(0);
    expect(read.out).toMatch(/Total partitions +: +20,000 \[COUNTER_READ: 20,000\]/);
    const write = await witness.genuine(`counter_write ${COMMAND}`, keyspace);
    expect(write.exitCode, write.out).toBe(0);
    expect(await witness.sum(keyspace)).toBe(4 * ROWS);
    expect((await ours('counter_read', keyspace)).out).toMatch(/Total partitions +: +20,000 \[COUNTER_READ: 20,000\]/);
  });

  it('writes rows that Tidemark validates', async () => {
    const keyspace = witness.keyspace('theirs');
    const { exitCode, out } = await witness.genuine(`write ${COMMAND}`, keyspace);
    expect(exitCode, out).toBe(0);
    const read = await ours('read', keyspace);
    expect(read.errors).toBe('');
    expect(read.exitCode).toBe(0);
    expect(read.out).toMatch(/Total partitions +: +20,000/);
  });
});
