import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCsvFile } from '#libs/dataset/csv-reader.js';
import { fieldText } from '#libs/dataset/csv-row.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { storedBytes } from '#libs/dataset/data-file.js';
import { findS3Files } from '#libs/dataset/s3/s3-list.js';
import { parseS3Pattern, type S3Place } from '#libs/dataset/s3/s3-object.js';
import { BUCKET, KEYS, S3Server } from '../s3/s3-server.js';

const BYTES = 3_000_000;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function whole(file: CsvFile, range?: { from: number; to: number }): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of storedBytes(file, range)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('files of an S3-compatible store', () => {
  let server: S3Server;
  let place: S3Place;
  const content = randomBytes(BYTES);
  const list = (pattern: string, change: Partial<S3Place> = {}, pageSize?: number) => {
    const wanted = parseS3Pattern(`s3://${change.bucket ?? BUCKET}/${pattern}`);
    if (wanted === undefined) throw new Error(`no pattern: ${pattern}`);
    return findS3Files({ ...place, ...change }, wanted, { pageSize });
  };
  const one = async (pattern: string): Promise<CsvFile> => {
    const [file] = await list(pattern);
    if (file === undefined) throw new Error('nothing listed');
    return file;
  };
  beforeAll(async () => {
    server = await S3Server.start();
    place = { endpoint: server.url, region: 'us-east-1', bucket: BUCKET, pathStyle: true, credentials: KEYS };
    await server.put('large/bytes.bin', content);
    await server.put('large/plain.csv.gz', gzipSync('k,v\n1,"a\nb"\n2,Zürich\n'));
    for (const name of ['b.csv', 'a.csv', 'deep/c.csv', 'deep/.hidden.csv', 'notes.txt', 'with space+plus&more.csv'])
      await server.put(`many/${name}`, `k\n${name}\n`);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.faults = [];
    server.asked.length = 0;
    server.lists = 0;
  });

  it('are listed page by page, by name, as a pattern asks', async () => {
    expect((await list('many/**/*.csv', {}, 2)).map(({ name }) => name)).toEqual([
      'a.csv',
      'b.csv',
      'deep/c.csv',
      'with space+plus&more.csv',
    ]);
    expect(server.lists).toBeGreaterThanOrEqual(3);
    expect((await list('many/*.{csv,txt}')).map(({ name }) => name)).toEqual([
      'a.csv',
      'b.csv',
      'notes.txt',
      'with space+plus&more.csv',
    ]);
    const odd = await one('many/with*.csv');
    expect((await whole(odd)).toString()).toBe('k\nwith space+plus&more.csv\n');
    expect(odd).toMatchObject({ path: `s3://${BUCKET}/many/with space+plus&more.csv`, bytes: 27 });
  });

  it('are read in part and as a whole, and unpacked by their names', async () => {
    const file = await one('large/bytes.bin');
    expect(sha256(await whole(file))).toBe(sha256(content));
    expect((await whole(file, { from: 1_000, to: 1_010 })).equals(content.subarray(1_000, 1_010))).toBe(true);
    const { columns, blocks } = await readCsvFile(await one('large/plain*'), { header: true, shown: 'x' });
    expect(columns).toEqual(['k', 'v']);
    const rows = [];
    for await (const block of blocks) rows.push(...block.map(({ fields }) => fields.map(fieldText)));
    expect(rows).toEqual([
      ['1', 'a\nb'],
      ['2', 'Zürich'],
    ]);
  });

  it('go on at the byte where an answer broke, of the same version', async () => {
    const file = await one('large/bytes.bin');
    server.faults = [
      { type: 'slowDown' },
      { type: 'reset', afterBytes: 100_000 },
      { type: 'slowDown' },
      { type: 'truncate', afterBytes: 250_000 },
      { type: 'reset', afterBytes: 0 },
    ];
    expect(sha256(await whole(file))).toBe(sha256(content));
    const from = server.asked.map(({ range }) => Number(/^bytes=(\d+)-2999999$/.exec(range ?? '')?.[1]));
    expect(from[0]).toBe(0);
    expect(from[1]).toBe(0);
    // What had not left the proxy's socket when it was reset is lost with it, but nothing is asked for twice.
    expect(from[2]).toBeGreaterThan(0);
    expect(from[2]).toBeLessThanOrEqual(100_000);
    expect(from[3]).toBe(from[2]);
    expect(from[4]).toBe((from[2] ?? 0) + 250_000);
    expect(from[5]).toBe(from[4]);
    expect(from).toHaveLength(6);
    expect(new Set(server.asked.map(({ ifMatch }) => ifMatch))).toEqual(new Set([file.s3?.etag]));
  });

  it('fail when they were changed since they were listed, even between two ranges', async () => {
    const file = await one('large/bytes.bin');
    server.faults = [
      { type: 'reset', afterBytes: 100_000 },
      { type: 'etag', etag: '"other"' },
    ];
    await expect(whole(file)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringMatching(/large\/bytes.bin cannot be read from .* it is not the object any more/),
    });
    await server.put('many/changing.csv', 'k\n1\n');
    const old = await one('many/changing.csv');
    await server.put('many/changing.csv', 'k\n2\n');
    await expect(whole(old)).rejects.toThrow(/it is not the object any more that was listed/);
  });

  it('are given up when no byte comes any more, or only refusals', { timeout: 90_000 }, async () => {
    const file = await one('large/bytes.bin');
    server.faults = Array.from({ length: 20 }, () => ({ type: 'reset', afterBytes: 0 }));
    await expect(whole(file)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    expect(server.asked.length).toBeLessThan(20);
    server.faults = Array.from({ length: 50 }, () => ({ type: 'slowDown' }));
    await expect(whole(file)).rejects.toThrow(/503 SlowDown/);
  });

  it.each([
    ['an unknown key', { credentials: { ...KEYS, accessKeyId: 'NOBODY' } }, /does not know the access key id/],
    ['a wrong secret', { credentials: { ...KEYS, secretAccessKey: 'wrong-secret' } }, /secret access key is not that/],
    ['no such bucket', { bucket: 'nowhere' }, /no such bucket/],
    ['nobody there', { endpoint: 'http://127.0.0.1:1' }, /nobody listens there/],
  ])('are refused with a sentence for %s', { timeout: 60_000 }, async (_why, change, sentence) => {
    const refused = await list('many/*.csv', change).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(sentence) });
    expect(String(refused)).not.toContain('wrong-secret');
  });

  it('that no pattern matches are told', async () => {
    await expect(list('many/*.none')).rejects.toThrow(/No files found matching s3:\/\/rows\/many\/\*\.none/);
  });
});
