import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dataset, Upload } from '#libs/contract/dataset.js';
import { Problem } from '#libs/contract/problem.js';
import { startTestApi, type TestApi } from '../../../test/api-server.js';
import { DatasetFiles, DatasetPage } from './datasets.schema.js';

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('datasets', () => {
  let api: TestApi;
  let root: string;
  let outside: string;
  const write = (name: string, content: string | Buffer) => {
    const path = join(root, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  };
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tidemark-data-'));
    outside = mkdtempSync(join(tmpdir(), 'tidemark-outside-'));
    writeFileSync(join(outside, 'secret.csv'), 'k\n1\n');
    api = await startTestApi({ dataDir: root, maxUploadBytes: 1_000_000 });
  });
  afterAll(async () => {
    await api.close();
    rmSync(root, { recursive: true });
    rmSync(outside, { recursive: true });
  });

  const register = (path: string, more: object = {}) =>
    api.post('/v1/datasets', { source: { type: 'path', path }, ...more });
  const registered = async (path: string, more: object = {}): Promise<Dataset> => {
    const answer = await register(path, more);
    expect(answer.status, answer.text).toBe(201);
    return Dataset.parse(answer.json);
  };
  const put = (url: string, bytes: string | Buffer, checksum = sha256(bytes)) =>
    fetch(api.url + url, {
      method: 'PUT',
      body: new Uint8Array(Buffer.from(bytes)),
      headers: { 'content-type': 'application/octet-stream', 'x-content-sha256': checksum },
    });

  it('are registered below the data root with what is in their files', async () => {
    write('plain/a.csv', '\ufeffk,v\n1,"x\ny"\n2,abc\n');
    write('plain/deep/b.csv.gz', gzipSync('k,v\n3,Zürich\n4\n'));
    const answer = await register('plain/**/*.{csv,csv.gz}', { name: 'mine' });
    const dataset = Dataset.parse(answer.json);
    expect(answer.headers.get('location')).toBe(`/v1/datasets/${dataset.id}`);
    expect(dataset).toMatchObject({
      name: 'mine',
      source: 'registered',
      location: { type: 'folder', folder: 'plain' },
      files: 2,
      rows: 4,
      brokenRows: 1,
      firstBroken: 'line 3 of deep/b.csv.gz: expected 2 fields, found 1',
      columns: ['k', 'v'],
      header: true,
      seed: null,
      sizes: {
        minBytes: 1,
        maxBytes: 8,
        bins: [
          { fromBytes: 1, toBytes: 1, rows: 1 },
          { fromBytes: 4, toBytes: 7, rows: 2 },
          { fromBytes: 8, toBytes: 15, rows: 1 },
        ],
      },
    });
    const { items } = DatasetFiles.parse((await api.get(`/v1/datasets/${dataset.id}/files`)).json);
    expect(items.map(({ name, rows }) => [name, rows])).toEqual([
      ['a.csv', 2],
      ['deep/b.csv.gz', 2],
    ]);
    expect(items[0]?.sha256).toBe(sha256('\ufeffk,v\n1,"x\ny"\n2,abc\n'));
    expect(dataset.checksum).toBe(sha256(items.map((item) => `${item.sha256}  ${item.name}\n`).join('')));
    expect((await api.get(`/v1/datasets/${dataset.id}`)).json).toEqual(answer.json);
    const page = DatasetPage.parse((await api.get('/v1/datasets?source=registered')).json);
    expect(page.items.map(({ id }) => id)).toContain(dataset.id);
    const paged = DatasetFiles.parse((await api.get(`/v1/datasets/${dataset.id}/files?limit=1`)).json);
    expect([paged.items.length, paged.nextAfter]).toEqual([1, 'a.csv']);
  });

  it('give their files whole and in ranges, and no longer when they have changed', async () => {
    write('served/deep/x.csv', 'k\n0123456789\n');
    const { id } = await registered('served/**');
    const url = `/v1/datasets/${id}/files/deep%2Fx.csv`;
    const all = await api.get(url);
    expect([all.status, all.text, all.headers.get('content-length')]).toEqual([200, 'k\n0123456789\n', '13']);
    expect(all.headers.get('etag')).toBe(`"${sha256('k\n0123456789\n')}"`);
    const ranges: [string, number, string, string | null][] = [
      ['bytes=2-5', 206, '0123', 'bytes 2-5/13'],
      ['bytes=8-', 206, '6789\n', 'bytes 8-12/13'],
      ['bytes=-3', 206, '89\n', 'bytes 10-12/13'],
      ['bytes=12-99', 206, '\n', 'bytes 12-12/13'],
      ['bytes=13-', 416, '', 'bytes */13'],
      ['bytes=0-1,3-4', 200, 'k\n0123456789\n', null],
      ['lines=1', 200, 'k\n0123456789\n', null],
    ];
    for (const [range, status, text, contentRange] of ranges) {
      const part = await api.get(url, { range });
      expect([range, part.status, part.text, part.headers.get('content-range')]).toEqual([
        range,
        status,
        text,
        contentRange,
      ]);
    }
    expect((await api.get(`/v1/datasets/${id}/files/..%2F..%2Fsecret.csv`)).status).toBe(404);
    write('served/deep/x.csv', 'k\n1\n');
    const changed = Problem.parse((await api.get(url)).json);
    expect(changed).toMatchObject({ code: 'INPUT_UNREADABLE', detail: expect.stringContaining('register it again') });
  });

  it.each([
    ['../outside/*.csv', /begins with a dot/],
    ['/etc/passwd', /found an absolute one/],
    ['a/../../x.csv', /begins with a dot/],
    ['.tidemark/x', /begins with a dot/],
    ['a\0b.csv', /no NUL/],
    ['a\\b.csv', /no backslash/],
    ['nowhere/*.csv', /found none at "nowhere"/],
    ['way-out/*.csv', /a symbolic link out of it/],
  ])('cannot be registered as %j', async (path, message) => {
    if (path.startsWith('way-out') && !existsSync(join(root, 'way-out'))) symlinkSync(outside, join(root, 'way-out'));
    const answer = await register(path);
    expect(answer.status, answer.text).toBe(400);
    expect(
      Problem.parse(answer.json)
        .errors?.map((error) => error.message)
        .join(),
    ).toMatch(message);
  });

  it('of files that cannot be used are refused, every file with its reason', async () => {
    write('bad/dup.csv', 'k,v,k\n1,2,3\n');
    write('bad/empty.csv', '');
    write('bad/missing.csv', 'k,other\n1,2\n');
    write('bad/good.csv', 'k,v\n1,2\n');
    write('bad/utf16.csv', Buffer.from('\ufeffk,v\n1,2\n', 'utf16le'));
    write('bad/utf16-unmarked.csv', Buffer.from('k,v\n1,2\n', 'utf16le'));
    write('bad/header-latin1.csv', Buffer.from('k,Zürich\n1,2\n', 'latin1'));
    write('bad/cut.csv.gz', gzipSync('k,v\n1,2\n').subarray(0, 15));
    const answer = await register('bad/*', { columns: ['k', 'v'] });
    expect(answer.status, answer.text).toBe(422);
    const { code, errors = [] } = Problem.parse(answer.json);
    expect(code).toBe('INPUT_UNREADABLE');
    const expected: Record<string, RegExp> = {
      'cut.csv.gz': /unexpected end/,
      'dup.csv': /the header names k twice/,
      'empty.csv': /found an empty file/,
      'header-latin1.csv': /column 2 of the header is not UTF-8/,
      'missing.csv': /expected the columns v, found k, other/,
      'utf16-unmarked.csv': /NUL byte: expected UTF-8, found UTF-16/,
      'utf16.csv': /found UTF-16/,
    };
    expect(errors.map(({ path }) => path)).toEqual(Object.keys(expected));
    for (const { path, message } of errors) expect(message).toMatch(expected[path] ?? /never/);
  });

  it('take no pipes, devices, folders or links out, and do not read what is huge', async () => {
    mkdirSync(join(root, 'odd/folder.csv'), { recursive: true });
    execFileSync('mkfifo', [join(root, 'odd/pipe.csv')]);
    symlinkSync('/dev/zero', join(root, 'odd/zero.csv'));
    symlinkSync(join(outside, 'secret.csv'), join(root, 'odd/link.csv'));
    const answer = await register('odd/*.csv');
    expect(answer.status, answer.text).toBe(422);
    const { detail } = Problem.parse(answer.json);
    expect(detail).toMatch(/link.csv leads out of the folder/);
    expect(detail).toMatch(/pipe.csv is no file/);
    expect(detail).toMatch(/zero.csv leads out of the folder/);
    expect(detail).not.toContain('folder.csv');
    write('huge/a.csv', 'k,v\n');
    truncateSync(join(root, 'huge/a.csv'), 2 ** 40);
    expect(await registered('huge/a.csv')).toMatchObject({
      bytes: 2 ** 40,
      rows: null,
      checksum: null,
      columns: ['k', 'v'],
    });
    rmSync(join(root, 'huge'), { recursive: true });
  });

  it('are uploaded in parts, in any order, again where a part was broken', async () => {
    const answer = await api.post('/v1/datasets', { name: 'up', source: { type: 'upload' } });
    const { id } = Dataset.parse(answer.json);
    const content = `k,v\n${Array.from({ length: 500 }, (_, at) => `${at},value ${at}`).join('\n')}\n`;
    const begun = await api.post(`/v1/datasets/${id}/uploads`, {
      name: 'rows.csv',
      bytes: content.length,
      partBytes: 3000,
      sha256: sha256(content),
    });
    expect(begun.status, begun.text).toBe(201);
    const upload = Upload.parse(begun.json);
    const url = `/v1/datasets/${id}/uploads/${upload.id}`;
    const part = (number: number) => content.slice((number - 1) * 3000, number * 3000);
    expect(upload.parts).toBe(Math.ceil(content.length / 3000));
    const tooEarly = await api.post(`${url}/complete`);
    expect(Problem.parse(tooEarly.json)).toMatchObject({
      code: 'CONFLICT',
      detail: expect.stringContaining('are missing'),
    });
    expect((await put(`${url}/parts/2`, part(2), sha256('x'))).status).toBe(400);
    expect((await put(`${url}/parts/2`, part(2).slice(1))).status).toBe(400);
    expect((await put(`${url}/parts/2`, `${part(2)}x`)).status).toBe(413);
    expect((await put(`${url}/parts/99`, 'x')).status).toBe(400);
    expect((await put(`${url}/parts/1`, part(1), 'no checksum')).status).toBe(400);
    for (let number = upload.parts; number >= 1; number--) {
      const sent = await put(`${url}/parts/${number}`, part(number));
      expect(sent.status, await sent.text()).toBe(200);
      if (number === 2)
        expect(Upload.parse((await api.get(url)).json).received.map((each) => each.number)).toEqual(
          Array.from({ length: upload.parts - 1 }, (_, at) => at + 2),
        );
    }
    expect((await api.get(`/v1/datasets/${id}/files/rows.csv`)).status).toBe(404);
    const complete = await api.post(`${url}/complete`);
    expect(complete.status, complete.text).toBe(200);
    expect(Dataset.parse(complete.json)).toMatchObject({
      files: 1,
      rows: 500,
      columns: ['k', 'v'],
      bytes: content.length,
    });
    expect((await api.get(`/v1/datasets/${id}/files/rows.csv`)).text).toBe(content);
    expect((await api.get(url)).status).toBe(404);
    const more = await api.post(`/v1/datasets/${id}/uploads`, { name: 'x.csv', bytes: 1_000_001 });
    expect(Problem.parse(more.json).errors?.[0]?.message).toContain('TIDEMARK_MAX_UPLOAD_BYTES');
    const other = await api.post(`/v1/datasets/${id}/uploads`, { name: '../x.csv', bytes: 10 });
    expect(other.status).toBe(400);
    const aborted = Upload.parse((await api.post(`/v1/datasets/${id}/uploads`, { name: 'y.csv', bytes: 10 })).json);
    expect((await api.delete(`/v1/datasets/${id}/uploads/${aborted.id}`)).status).toBe(204);
    expect((await api.delete(`/v1/datasets/${id}?files=true`)).status).toBe(204);
    expect(existsSync(join(root, 'uploads', id))).toBe(false);
    expect((await api.get(`/v1/datasets/${id}`)).status).toBe(404);
  });

  it('are what load and query runs name, and stay while such a run is open', async () => {
    write('named/a.txt', '1;2\n');
    const { id } = await registered('named/a.txt', { header: false, columns: ['k', 'v'], delimiter: ';' });
    const target = { contactPoints: ['127.0.0.1:29042'] };
    const load = await api.post('/v1/runs', { kind: 'load', target, spec: { dataset: id, pattern: '*.txt' } });
    expect(load.status, load.text).toBe(201);
    expect(load.json).toMatchObject({ spec: { dataset: id, header: false, delimiter: ';', columns: ['k', 'v'] } });
    const query = await api.post('/v1/runs/validate', { kind: 'query', target, spec: { dataset: id } });
    expect(query.json).toMatchObject({
      valid: true,
      plan: { spec: { csv: { header: false, delimiter: ';', columns: ['k', 'v'] } } },
    });
    expect((await api.delete(`/v1/datasets/${id}?files=true`)).status).toBe(400);
    const used = await api.delete(`/v1/datasets/${id}`);
    expect(used.status).toBe(409);
    const { id: runId } = load.json as { id: string };
    await api.post(`/v1/runs/${runId}/cancel`, { reason: 'test' });
    expect((await api.delete(`/v1/datasets/${id}`)).status).toBe(204);
    expect(existsSync(join(root, 'named/a.txt'))).toBe(true);
    for (const kind of ['load', 'query']) {
      const refused = await api.post('/v1/runs', { kind, target, spec: { dataset: id } });
      expect(Problem.parse(refused.json).errors?.[0]).toMatchObject({
        path: 'spec.dataset',
        message: expect.stringContaining('there is no such one'),
      });
    }
    const made = await api.post('/v1/runs', { kind: 'generate', spec: { dataset: id, files: 1, rowsPerFile: 1 } });
    expect(made.status).toBe(400);
  });

  it.each([
    [{ endpoint: 'http://169.254.169.254' }, 'source.endpoint', /expected an address in/],
    [{ endpoint: 'http://outside.test' }, 'source.endpoint', /found 10.1.2.3/],
    [{ endpoint: 'ftp://127.0.0.1' }, 'source.endpoint', /expected a URL/],
    [{ endpoint: 'http://user:word@127.0.0.1' }, 'source.endpoint', /scheme, host and port alone/],
    [{ endpoint: 'http://127.0.0.1:1', bucket: 'A' }, 'source.bucket', /name of a bucket/],
    [{ endpoint: 'http://127.0.0.1:1' }, 'source.credentials', /TIDEMARK_S3_ACCESS_KEY_ID/],
  ])('in a store %j are refused', async (source, path, message) => {
    const answer = await api.post('/v1/datasets', { source: { type: 's3', bucket: 'rows', ...source } });
    expect(answer.status, answer.text).toBe(400);
    const error = Problem.parse(answer.json).errors?.find((each) => each.path === path);
    expect(error?.message, answer.text).toMatch(message);
    expect(answer.text).not.toContain('word');
  });
});
