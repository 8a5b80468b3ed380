import cassandra from 'cassandra-driver';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldText } from '#libs/dataset/csv-row.js';
import { readCsvFile } from '#libs/dataset/csv-reader.js';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { realCassandra, Witness } from './cassandra.js';

const ROWS = 20_000;

describe.skipIf(realCassandra === undefined)('loading into Cassandra', () => {
  let witness: Witness;
  let client: cassandra.Client;
  let folder: string;
  beforeAll(async () => {
    requireBuild();
    witness = new Witness(realCassandra ?? '');
    client = new cassandra.Client({ contactPoints: [realCassandra ?? ''], localDataCenter: 'datacenter1' });
    await client.connect();
    folder = mkdtempSync(join(tmpdir(), 'tidemark-load-real-'));
  });
  afterAll(async () => {
    await client.shutdown();
    await witness.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes every generated row by two executors over HTTP', { timeout: 180_000 }, async () => {
    const keyspace = witness.keyspace('content');
    const world = await World.create();
    try {
      await world.api();
      for (const index of [0, 1])
        await world.executor({ TIDEMARK_EXECUTOR_ID: `executor-${index}`, TIDEMARK_DATA_DIR: folder });
      const made = await world.post({
        kind: 'generate',
        spec: {
          dataset: 'rows',
          files: 5,
          rowsPerFile: ROWS / 5,
          sizes: { type: 'uniform', minBytes: 200, maxBytes: 900 },
        },
        placement: { executors: 2 },
      });
      expect((await world.ended(made)).status).toBe('completed');
      const id = await world.post({
        kind: 'load',
        spec: {
          dataset: 'rows',
          keyspace,
          create: { replication: { factor: 1 } },
          consistencyLevel: 'LOCAL_ONE',
          batchSize: 50,
          verify: { type: 'sample', share: 0.1 },
        },
        target: { contactPoints: [realCassandra] },
        placement: { executors: 2 },
      });
      const run = await world.ended(id, 120_000);
      expect(run.status, run.problem?.detail).toBe('completed');
      const summary = await world.summary(id);
      expect(summary.report).toMatchObject({
        read: ROWS,
        written: ROWS,
        rejected: 0,
        failed: 0,
        verification: { same: summary.report?.kind === 'load' && summary.report.verification?.checked, complete: true },
      });
      expect(run.shards.map(({ report }) => report?.kind === 'load' && report.read)).toEqual([
        (3 * ROWS) / 5,
        (2 * ROWS) / 5,
      ]);
      expect(summary.validity.reasons.filter(({ level }) => level === 'invalid')).toEqual([]);
    } finally {
      await world.stop();
    }
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.content_data`)).toBe(ROWS);
    const { blocks } = await readCsvFile(join(folder, 'rows', 'worker03_data_0003.csv'), { header: true, shown: 'x' });
    let checked = 0;
    for await (const block of blocks)
      for (const { index, fields } of block) {
        if (index % 100 !== 0) continue;
        const [key, content] = fields;
        const { rows } = await client.execute(
          `SELECT content FROM ${keyspace}.content_data WHERE sort_key = ?`,
          [key],
          {
            prepare: true,
          },
        );
        expect(rows.map((row) => row['content'])).toEqual([content]);
        checked++;
      }
    expect(checked).toBe(ROWS / 5 / 100);
  });

  it(
    'rejects ten kinds of broken rows, and writes every type as an independent client reads it',
    { timeout: 60_000 },
    async () => {
      const keyspace = witness.keyspace('typed');
      await witness.execute(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      await witness.execute(
        `CREATE TABLE ${keyspace}.things (id uuid, seq int, note text, big bigint, num double, yes boolean, at timestamp, raw blob, day date, clock time, addr inet, huge varint, price decimal, PRIMARY KEY (id, seq))`,
      );
      mkdirSync(join(folder, 'typed'));
      const key = '5b6962dd-3f90-4c93-8f61-eabfa4a803e2';
      const rest =
        ',9223372036854775807,1.5,true,2026-01-31T12:00:00Z,0xcafe,2026-01-31,12:30:00.5,10.0.0.1,170141183460469231731687303715884105728,-12.50';
      const good = (seq: number, note: string) => `${key},${seq},${note}${rest}`;
      const lines: (string | Buffer)[] = [
        'id,seq,note,big,num,yes,at,raw,day,clock,addr,huge,price',
        good(1, '"two\nlines, ""quoted"" Zürich 東京"'),
        `${key},2`,
        `${good(3, 'x')},more`,
        good(4, 'x').replace(key, 'no-uuid'),
        good(5, 'x').replace(key, ''),
        good(6, 'x').replace(',6,', ',six,'),
        good(7, 'x').replace('1.5', '1.5.5'),
        good(8, 'x').replace('true', 'perhaps'),
        good(9, 'x').replace('2026-01-31T12:00:00Z', '2026-02-30'),
        Buffer.concat([Buffer.from(`${key},10,`), Buffer.from([0x5a, 0xfc]), Buffer.from(rest)]),
        good(11, '"not closed'),
        good(12, ''),
        good(13, 'the end'),
      ];
      writeFileSync(
        join(folder, 'typed', 'things.csv'),
        Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])),
      );
      const { host, port } = witness;
      const place = `--hosts ${host} --port ${port} --keyspace ${keyspace} --table things --skip-create --consistency LOCAL_ONE`;
      const command = `load ${place} --ttl 3600 --csv-pattern ${folder}/typed/*.csv --state-dir ${folder}/state`;
      const { out, errors, exitCode } = await tidemark(command.split(' ')).ended;
      expect(exitCode, out + errors).toBe(0);
      expect(out).toMatch(/^ok=3 \| errors=0 \| rejected=10 \| rows_read=13 /m);
      const [, path = ''] = /^Rejected rows of things\.csv: (.*)$/m.exec(out) ?? [];
      const rejects = [];
      const { blocks } = await readCsvFile(path, { header: true, shown: path });
      for await (const block of blocks)
        for (const { fields } of block) rejects.push([Number(fields[0]), fieldText(fields[1] ?? '')]);
      expect(rejects).toEqual([
        [4, 'expected 13 fields, found 2'],
        [5, 'expected 13 fields, found 14'],
        [6, expect.stringMatching(/^id: expected a UUID such as .*, found "no-uuid"$/)],
        [7, expect.stringMatching(/^id: expected a UUID .*of the primary key, found nothing$/)],
        [8, expect.stringMatching(/^seq: expected a whole number .*, found "six"$/)],
        [9, 'num: expected a number, found "1.5.5"'],
        [10, 'yes: expected true or false, found "perhaps"'],
        [11, expect.stringMatching(/^at: expected an instant .*, found "2026-02-30"$/)],
        [12, expect.stringMatching(/^note: expected text in UTF-8, found /)],
        [13, expect.stringMatching(/quote/)],
      ]);
      expect(readFileSync(path).includes(Buffer.from([0x5a, 0xfc]))).toBe(true);
      const { rows } = await client.execute(`SELECT * FROM ${keyspace}.things`);
      expect(rows.map((row) => [row['seq'], row['note']])).toEqual([
        [1, 'two\nlines, "quoted" Zürich 東京'],
        [12, null],
        [13, 'the end'],
      ]);
      const [row] = rows;
      const text = ['big', 'num', 'yes', 'day', 'clock', 'addr', 'huge', 'price'].map((name) => String(row?.[name]));
      expect(text).toEqual([
        '9223372036854775807',
        '1.5',
        'true',
        '2026-01-31',
        '12:30:00.5',
        '10.0.0.1',
        '170141183460469231731687303715884105728',
        '-12.50',
      ]);
      expect(row?.['at']).toEqual(new Date('2026-01-31T12:00:00Z'));
      expect(row?.['raw'].toString('hex')).toBe('cafe');
      // Three rows were written, and what is read back says so of each: two columns are the key.
      const again = await tidemark([...command.split(' '), '--verify', 'full']).ended;
      expect(again.out).toMatch(/\| verified=3 \| missing=0 \| different=0 \| unanswered=0$/m);
      const { rows: ttl } = await client.execute(`SELECT TTL(big) AS t FROM ${keyspace}.things LIMIT 1`);
      expect(Number(ttl[0]?.['t'])).toBeGreaterThan(3000);
    },
  );

  it('takes the write time of a row, so that an older row changes nothing', { timeout: 60_000 }, async () => {
    const keyspace = witness.keyspace('times');
    mkdirSync(join(folder, 'times'));
    const write = (text: string, ms: number) =>
      writeFileSync(join(folder, 'times', 'a.csv'), `k,v,at\n1,${text},${ms}\n2,${text},${ms}\n`);
    const { host, port } = witness;
    const command = `load --hosts ${host} --port ${port} --keyspace ${keyspace} --table t --replication-factor 1 --consistency ONE --partition-key k --type k=int --timestamp-column at --timestamp-unit ms --batch-size 10 --batch-by any --csv-pattern ${folder}/times/*.csv`;
    for (const [text, ms] of [
      ['newer', 2_000_000],
      ['older', 1_000_000],
    ] as const) {
      write(text, ms);
      const { out, errors } = await tidemark(command.split(' ')).ended;
      expect(out + errors).toMatch(/^ok=2 \| errors=0/m);
    }
    const { rows } = await client.execute(`SELECT k, v, WRITETIME(v) AS w FROM ${keyspace}.t`);
    expect(rows.map((row) => [row['k'], row['v'], Number(row['w'])])).toEqual([
      [1, 'newer', 2_000_000_000],
      [2, 'newer', 2_000_000_000],
    ]);
  });
});
