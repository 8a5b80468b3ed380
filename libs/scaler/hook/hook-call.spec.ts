import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callHook, type HookParts } from './hook-call.js';

const NEWS = { runId: 'run-1', from: 3, to: 4 };
const { signal } = new AbortController();

let folder: string;
let parts: HookParts;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-hooks-'));
  const script = (name: string, text: string) => writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await script(
    'tell',
    'echo "$TIDEMARK_RUN_ID $TIDEMARK_NODES_FROM $TIDEMARK_NODES_TO [$1] key=$TIDEMARK_SECRET_KEY"; exit 3',
  );
  await script('ok', 'exit 0');
  await script('slow', 'exec sleep 30');
  await symlink('/bin/true', join(folder, 'outside'));
  process.env['TIDEMARK_SECRET_KEY'] = 'of-the-executor';
  parts = { fetch: globalThis.fetch, hookDir: folder, searchPath: process.env['PATH'] ?? '', token: undefined };
});
afterAll(async () => {
  delete process.env['TIDEMARK_SECRET_KEY'];
  await rm(folder, { recursive: true });
});

const run = (command: string[], timeoutMs = 20_000, more: Partial<HookParts> = {}) =>
  callHook({ command, timeoutMs }, NEWS, { ...parts, ...more }, signal);

describe('a hook that is a command', () => {
  it('succeeds by its exit code, and is told what is wanted but nothing of the executor', async () => {
    expect(await run(['ok'])).toEqual({ kind: 'accepted', requestId: null });
    expect(await run(['tell', '$(id); *'])).toEqual({
      kind: 'failed',
      message: 'tell: exit code 3: run-1 3 4 [$(id); *] key=',
    });
  });

  it.each([['../ok'], ['/bin/true'], ['outside'], ['missing'], ['.']])('may not be %s', async (name) => {
    expect(await run([name])).toMatchObject({ kind: 'forbidden', message: expect.stringContaining('is not in') });
  });

  it('may be none where the executor has no folder of hooks', async () => {
    expect(await run(['ok'], 1_000, { hookDir: undefined })).toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining('TIDEMARK_HOOK_DIR is not set'),
    });
  });

  it('is ended when it takes too long', async () => {
    expect(await run(['slow'], 200)).toMatchObject({ kind: 'failed', message: expect.stringContaining('SIGKILL') });
  });
});

describe('a hook that is a URL', () => {
  const answering =
    (answer: () => Response): typeof fetch =>
    (_, init) => {
      sent = init;
      return Promise.resolve(answer());
    };
  let sent: RequestInit | undefined;
  const call = (fetch: typeof globalThis.fetch) =>
    callHook({ url: 'http://127.0.0.1:1/hook', timeoutMs: 1_000 }, NEWS, { ...parts, fetch, token: 'tok-1' }, signal);

  it('gets the sizes and the token, and succeeds by 2xx', async () => {
    expect(await call(answering(() => new Response('', { status: 202 })))).toMatchObject({ kind: 'accepted' });
    expect(JSON.parse(String(sent?.body))).toEqual(NEWS);
    expect(new Headers(sent?.headers).get('authorization')).toBe('Bearer tok-1');
    expect(sent?.redirect).toBe('manual');
  });

  it('fails by any other status, and its words are told without the token', async () => {
    expect(await call(answering(() => new Response('bad tok-1', { status: 500 })))).toEqual({
      kind: 'failed',
      message: 'the hook answered HTTP 500: bad …',
    });
  });

  it('was not reached, or nobody knows', async () => {
    const failing = (code: string) => () =>
      Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));
    expect(await call(failing('ECONNREFUSED'))).toMatchObject({ kind: 'refused' });
    expect(await call(failing('ECONNRESET'))).toMatchObject({ kind: 'uncertain' });
  });
});
