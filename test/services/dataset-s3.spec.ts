import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dataset, DatasetFile } from '#libs/contract/dataset.js';
import { requireBuild, tidemark } from '../process/cli-program.js';
import { World } from '../process/harness.js';
import { BUCKET, KEYS, S3Server } from '../s3/s3-server.js';
import { realCassandra, Witness } from './cassandra.js';

const ROWS = Number(process.env['TIDEMARK_TEST_S3_ROWS'] ?? 20_000);
const FILES = 4;
const WITHIN_MS = 600_000;
const JSON_BODY = { 'content-type': 'application/json' };

describe.skipIf(realCassandra === undefined)('a dataset from its making over S3 into Cassandra and back', () => {
  const contactPoint = realCassandra ?? '';
  let world: World;
  let store: S3Server;
  let witness: Witness;
  let data: string;
  let keyspace: string;
  let generated: Dataset;
  let inStore: Dataset;
  beforeAll(async () => {
    requireBuild();
    data = mkdtempSync(join(tmpdir(), 'tidemark-s3-data-'));
    store = await S3Server.start();
    witness = new Witness(contactPoint);
    keyspace = witness.keyspace('s3');
    world = await World.create({ TIDEMARK_DATA_DIR: data });
    await world.service(2);
  });
  afterAll(async () => {
    await world.stop();
    await witness.close();
    await store.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const target = { contactPoints: [contactPoint], localDatacenter: 'datacenter1', shared: true };
  const ended = async (body: unknown) => {
    const id = await world.post(body);
    const run = await world.ended(id, WITHIN_MS);
    expect(run.status, run.problem?.detail).toBe('completed');
    return { run, id, report: (await world.summary(id)).report };
  };
  const register = async (body: unknown): Promise<Dataset> =>
    Dataset.parse(await world.call('/v1/datasets', { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) }));

  it('is registered by the run that made it', { timeout: WITHIN_MS }, async () => {
    const { report } = await ended({
      kind: 'generate',
      spec: {
        dataset: 'made/rows',
        files: FILES,
        rowsPerFile: ROWS / FILES,
        sizes: { type: 'uniform', minBytes: 100, maxBytes: 300 },
        seed: 7,
      },
      placement: { executors: 2 },
    });
    if (report?.kind !== 'generate' || report.datasetId === undefined) throw new Error('no dataset is registered');
    generated = Dataset.parse(await world.call(`/v1/datasets/${report.datasetId}`));
    expect(generated).toMatchObject({
      source: 'generated',
      files: FILES,
      rows: ROWS,
      bytes: report.storedBytes,
      seed: 7,
      columns: ['sort_key', 'content'],
      location: { type: 'folder', folder: 'made/rows' },
      sizes: { minBytes: report.sizes.minBytes, maxBytes: report.sizes.maxBytes, meanBytes: report.sizes.meanBytes },
    });
  });

  it('goes to S3, half of it packed, and is registered with what is in it', { timeout: WITHIN_MS }, async () => {
    const answer = await world.call(`/v1/datasets/${generated.id}/files`);
    const files = DatasetFile.array().parse(Reflect.get(Object(answer), 'items'));
    for (const [index, { name }] of files.entries()) {
      const content = await fetch(`${world.url}/v1/datasets/${generated.id}/files/${name}`);
      const bytes = Buffer.from(await content.arrayBuffer());
      await store.put(`set/${name}${index % 2 === 0 ? '' : '.gz'}`, index % 2 === 0 ? bytes : gzipSync(bytes));
    }
    store.faults = [
      { type: 'slowDown' },
      { type: 'reset', afterBytes: 200_000 },
      { type: 'truncate', afterBytes: 100_000 },
    ];
    const source = { type: 's3', endpoint: store.url, bucket: BUCKET, prefix: 'set/', credentials: KEYS };
    inStore = await register({ name: 'in a store', source });
    expect(inStore).toMatchObject({
      source: 's3',
      files: FILES,
      rows: ROWS,
      brokenRows: 0,
      hasCredentials: true,
      columns: generated.columns,
      sizes: { meanBytes: generated.sizes?.meanBytes },
    });
    expect(store.faults).toEqual([]);
    expect(JSON.stringify(await world.call('/v1/datasets'))).not.toContain('secretAccessKey');
  });

  it('is loaded by two executors, over broken answers, and every row is there', { timeout: WITHIN_MS }, async () => {
    store.asked.length = 0;
    store.faults = [
      { type: 'pass' },
      { type: 'reset', afterBytes: 300_000 },
      { type: 'slowDown' },
      { type: 'truncate', afterBytes: 50_000 },
    ];
    const { report, run } = await ended({
      kind: 'load',
      target,
      spec: {
        dataset: inStore.id,
        keyspace,
        consistencyLevel: 'LOCAL_ONE',
        create: { replication: { factor: 1 } },
      },
      placement: { executors: 2 },
    });
    expect(report).toMatchObject({ kind: 'load', read: ROWS, written: ROWS, rejected: 0, failed: 0 });
    expect(run.shards.map((shard) => shard.report?.kind === 'load' && shard.report.read)).toEqual([ROWS / 2, ROWS / 2]);
    expect(await witness.number(`SELECT count(*) FROM ${keyspace}.content_data`)).toBe(ROWS);
    // Each broken answer was continued, not begun again.
    expect(store.asked.filter(({ range }) => !range?.startsWith('bytes=0-')).length).toBeGreaterThanOrEqual(2);
  });

  it('is found whole, as it is in the store and as it was made', { timeout: WITHIN_MS }, async () => {
    for (const dataset of [inStore.id, generated.id]) {
      const { report } = await ended({
        kind: 'query',
        target,
        spec: { dataset, keyspace, consistencyLevel: 'LOCAL_ONE', check: { payload: true, fail: true } },
        placement: { executors: 2 },
      });
      expect(report).toMatchObject({ dataset, rowsRead: ROWS, submitted: ROWS, ok: ROWS, missing: 0, different: 0 });
    }
  });

  it('is read by the command line, without a server and through one', { timeout: WITHIN_MS }, async () => {
    const [host = '', port = ''] = contactPoint.split(':');
    const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey };
    const words = `query --csv-dir s3://${BUCKET}/set --s3-endpoint ${store.url} --hosts ${host} --port ${port}`;
    const more = `--keyspace ${keyspace} --consistency LOCAL_ONE --worker-count 2 --fail-on-mismatch`;
    const here = await tidemark(`${words} ${more} --sample 0.2`.split(' '), keys).ended;
    expect(here.exitCode, here.out + here.errors).toBe(0);
    expect(here.out).toMatch(/files=4/);
    const there = await tidemark(`${words} ${more} --server ${world.url}`.split(' '), keys).ended;
    // Whether the figures can be believed, which the exit code tells, depends on how busy the machine is.
    expect(there.out, there.errors).toMatch(new RegExp(`ok=${ROWS} .*missing=0 `));
    const wrong = await tidemark(`${words} ${more}`.split(' '), { ...keys, AWS_SECRET_ACCESS_KEY: 'not-the-secret' })
      .ended;
    expect(wrong.exitCode).not.toBe(0);
    expect(wrong.errors).toMatch(/INPUT_UNREADABLE: .*the secret access key is not that of the access key id/);
    expect(wrong.errors + wrong.out).not.toContain('not-the-secret');
  });

  it('comes up in parts, and goes again', { timeout: WITHIN_MS }, async () => {
    const path = join(data, 'mine.csv');
    writeFileSync(path, `k,v\n${Array.from({ length: 2_000 }, (_, at) => `${at},value ${at}`).join('\n')}\n`);
    const up = await tidemark(`datasets upload ${path} --name mine --part-bytes 5000 --server ${world.url}`.split(' '))
      .ended;
    expect(up.exitCode, up.errors).toBe(0);
    const id = up.out.trim();
    const shown = await tidemark(`datasets show ${id} --json --server ${world.url}`.split(' ')).ended;
    expect(JSON.parse(shown.out)).toMatchObject({ source: 'uploaded', rows: 2_000, columns: ['k', 'v'], name: 'mine' });
    expect(await (await fetch(`${world.url}/v1/datasets/${id}/files/mine.csv`)).text()).toBe(
      readFileSync(path, 'utf8'),
    );
    const registered = await tidemark(`datasets register mine.csv --server ${world.url}`.split(' ')).ended;
    expect(registered.out).toMatch(/^ds-[0-9a-f]{24}\n$/);
    const listed = await tidemark(`datasets list --server ${world.url}`.split(' ')).ended;
    for (const each of [id, generated.id, inStore.id, registered.out.trim()]) expect(listed.out).toContain(each);
    const gone = await tidemark(`datasets delete ${id} --files --server ${world.url}`.split(' ')).ended;
    expect(gone.exitCode, gone.errors).toBe(0);
    const missing = await tidemark(`datasets show ${id} --server ${world.url}`.split(' ')).ended;
    expect(missing.errors).toMatch(/DATASET_NOT_FOUND/);
  });
});
