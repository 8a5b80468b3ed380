import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Run } from '#libs/contract/run.js';

const body = {
  kind: 'stress',
  target: { contactPoints: ['127.0.0.1'] },
  spec: { operation: 'write', stop: { type: 'operations', count: 1 }, rate: { model: 'closed', threads: 1 } },
};

describe('the API process', () => {
  let folder = '';
  let children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidemark-api-process-'));
  });
  afterEach(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    children = [];
    await rm(folder, { recursive: true });
  });

  /** Starts the compiled process; `output` grows as it prints. */
  function start(settings: Record<string, string>, ...args: string[]) {
    const child = spawn(process.execPath, ['dist/apps/api/main.js', ...args], {
      env: {
        PATH: process.env['PATH'],
        TIDEMARK_PORT: '0',
        TIDEMARK_DATABASE_URL: `sqlite:${join(folder, 'api.db')}`,
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
    const exit = once(child, 'close').then(([code]) => Number(code));
    const url = async (): Promise<string> => {
      while (!output.out.includes('\n'))
        await Promise.race([once(child.stdout, 'data'), exit.then(() => Promise.reject(new Error(output.err)))]);
      return /http:\/\/\S+/.exec(output.out)?.[0] ?? '';
    };
    return { child, output, exit, url };
  }

  it('says where it listens in one line and ends with 0 on SIGTERM, event streams included', async () => {
    const api = start({});
    const url = await api.url();
    expect(api.output.out).toBe(`Tidemark API on ${url} (dashboard: /, docs: /docs)\n`);
    const answer = await fetch(`${url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { id } = Run.parse(await answer.json());
    const stream = await fetch(`${url}/v1/runs/${id}/events`);
    const text = stream.text();
    api.child.kill('SIGTERM');
    expect(await api.exit).toBe(0);
    expect(await text).toContain('event: status');
    expect(api.output.err).toBe('');

    const again = start({});
    const stored = await fetch(`${await again.url()}/v1/runs/${id}`);
    expect(Run.parse(await stored.json()).status).toBe('queued');
  });

  it('says in one sentence that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const api = start({ TIDEMARK_PORT: String(port) });
    expect(await api.exit).toBe(1);
    expect(api.output.err).toBe(
      `Port ${port} of 127.0.0.1 is taken or not allowed; stop what listens there or set TIDEMARK_PORT.\n`,
    );
    server.close();
  });

  it('refuses to be reached from other machines without a key', async () => {
    const api = start({ TIDEMARK_HOST: '0.0.0.0' });
    expect(await api.exit).toBe(1);
    expect(api.output.err).toBe(
      'The settings cannot be used: TIDEMARK_HOST: 0.0.0.0 can be reached from other machines; set TIDEMARK_API_KEY or listen on 127.0.0.1.\n',
    );
  });

  it('lists its settings', async () => {
    const api = start({}, '--settings');
    expect(await api.exit).toBe(0);
    expect(JSON.parse(api.output.out)).toContainEqual(
      expect.objectContaining({ variable: 'TIDEMARK_PORT', default: '8480' }),
    );
  });
});
