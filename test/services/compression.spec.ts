import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleSession } from '#libs/cql/sample-session.js';
import { tidemark } from '../process/cli-program.js';
import { realCassandra, Witness } from './cassandra.js';

describe.skipIf(realCassandra === undefined)('frames compressed', () => {
  let witness: Witness;
  beforeAll(() => {
    witness = new Witness(realCassandra ?? '');
  });
  afterAll(() => witness.close());

  it.each(['lz4', 'snappy'])('by %s carry rows that read back as they were written', async (compression) => {
    const keyspace = witness.keyspace(compression);
    const run = async (command: string) => {
      const line = `${command} n=20000 cl=ONE no-warmup -pop seq=1..20000 -rate threads=64 -mode native cql3 compression=${compression} -schema keyspace=${keyspace} -node ${witness.host} -port native=${witness.port}`;
      const { exitCode, out, errors } = await tidemark(['stress', ...line.split(' ')]).ended;
      expect(exitCode, errors).toBe(0);
      return out;
    };
    expect(await run('write')).toContain(`Compression: ${compression.toUpperCase()}`);
    expect(await run('read')).toMatch(/Total errors +: +0 /);
    expect(await witness.count(keyspace)).toBe(20_000);
  });

  it.each(['lz4', 'snappy'] as const)('by %s are smaller both ways', async (compression) => {
    const sample = await SampleSession.connect(realCassandra ?? '', { compression });
    try {
      const { session } = sample;
      const before = session.totals();
      const text = 'much of the same '.repeat(2000);
      const rows = await session.query(`SELECT key FROM system.local WHERE key IN ('local', '${text}')`);
      expect(rows).toEqual([{ key: 'local' }]);
      expect(session.totals().bytesSent - before.bytesSent).toBeLessThan(text.length / 2);
      const schema = await session.query('SELECT * FROM system_schema.columns');
      expect(schema.length).toBeGreaterThan(100);
    } finally {
      await sample.close();
    }
  });
});
