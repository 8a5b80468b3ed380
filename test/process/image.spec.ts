import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ApiSettings } from '../../apps/api/config.js';
import { ExecutorSettings, SHUTDOWN_MS } from '../../apps/executor/config.js';

const text = (path: string) => readFileSync(path, 'utf8');

const Service = z.looseObject({
  command: z.array(z.string()).optional(),
  image: z.string(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.enum(['service_healthy', 'service_started']) })).default({}),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }),
  stop_grace_period: z.string().optional(),
});
const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

describe('docker-compose.yml', () => {
  const { services, volumes } = Compose.parse(parse(text('docker-compose.yml'), { merge: true }));

  it('starts everything in an order that works, from images and volumes that are named', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['api', 'executor', 'postgres', 'redis']));
    for (const [name, { image, depends_on: needs, volumes: mounts }] of Object.entries(services)) {
      expect(image, name).toMatch(/:(?!latest$)[\w.-]+$/);
      for (const need of Object.keys(needs)) expect(services, name).toHaveProperty(need);
      for (const mount of mounts) expect(volumes, name).toHaveProperty(mount.split(':')[0] ?? '');
    }
  });

  it('gives the API and executors one folder of datasets', () => {
    const mount = 'datasets:/app/.tidemark/data';
    for (const name of ['api', 'executor']) expect(services[name]?.volumes, name).toContain(mount);
  });

  it('can have any number of executors', () => {
    const executor = services['executor'];
    expect(executor).not.toHaveProperty('container_name');
    expect(executor?.ports).toEqual([]);
    expect(executor?.environment).not.toHaveProperty('TIDEMARK_EXECUTOR_ID');
    const drainMs = Number(executor?.environment['TIDEMARK_DRAIN_MS']);
    expect(Number(/^(\d+)s$/.exec(executor?.stop_grace_period ?? '')?.[1]) * 1000).toBeGreaterThan(
      drainMs + SHUTDOWN_MS,
    );
  });

  it('publishes to loopback alone, and names settings that exist', () => {
    for (const { ports } of Object.values(services)) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    const settings = { api: ApiSettings, executor: ExecutorSettings };
    for (const [name, { shape }] of Object.entries(settings))
      for (const variable of Object.keys(services[name]?.environment ?? {}))
        expect(shape, name).toHaveProperty(variable);
  });
});

/** One instruction of a Dockerfile, continued lines joined. */
const instructions = text('Dockerfile')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '' && !line.startsWith('#'))
  .map((line) => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { name, rest };
  });
const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const last = (name: string) => all(name).at(-1) ?? '';
/** By .dockerignore: names at the root, and double stars with an ending. */
const ignored = text('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const isIgnored = (path: string) =>
  ignored.some((pattern) => (pattern.startsWith('**/*') ? path.endsWith(pattern.slice(4)) : path === pattern));
const never = (): never => {
  throw new Error('the Dockerfile is not of the form that this reads');
};
const afterLastFrom = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));

describe('the Dockerfile', () => {
  it('names its images, installs what the lockfile says and leaves the compiler behind', () => {
    expect(all('FROM')).toHaveLength(2);
    for (const image of all('FROM')) expect(image).toMatch(/^node:\d+\.\d+-bookworm(-slim)?( AS build)?$/);
    expect(all('RUN').join('\n')).toContain('npm ci');
    expect(all('RUN').join('\n')).toContain('npm prune --omit=dev');
    expect(afterLastFrom.filter(({ name }) => name === 'RUN').map(({ rest }) => rest)).toEqual([
      expect.not.stringMatching(/npm|apt/),
    ]);
  });

  it('ends as a user without rights, and holds no secret', () => {
    expect(last('USER')).toBe('node');
    const settings = [...all('ENV'), ...all('ARG')].join('\n');
    expect(settings).not.toMatch(/KEY|TOKEN|PASSWORD|SECRET/);
    expect(all('ADD')).toEqual([]);
    for (const path of ['node_modules', 'dist', '.git', '.tidemark']) expect(ignored).toContain(path);
  });

  it('builds from what it copies, into an image whose command starts the service', { timeout: 240_000 }, async () => {
    const root = await mkdtemp(join(tmpdir(), 'tidemark-image-'));
    const [built, image] = [join(root, 'built'), join(root, 'image')];
    const stages = {
      built: instructions.slice(0, instructions.indexOf(afterLastFrom[0] ?? never())),
      image: afterLastFrom,
    };
    const copies = (stage: keyof typeof stages) =>
      stages[stage].flatMap(({ name, rest }) => (name === 'COPY' ? [rest] : []));
    try {
      await mkdir(built);
      for (const copy of copies('built'))
        for (const path of copy.split(/\s+/).slice(0, -1))
          await cp(path, join(built, path), { recursive: true, filter: (source) => !isIgnored(source) });
      // In place of npm ci, and of its time.
      await symlink(join(process.cwd(), 'node_modules'), join(built, 'node_modules'));
      expect(all('RUN').join('\n')).toContain('npm run build');
      await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: built });
      for (const copy of copies('image')) {
        expect(copy).toMatch(/^--from=build --chown=node:node \/app\//);
        const path = (/ \/app\/(\S+) /.exec(copy) ?? [])[1] ?? never();
        await mkdir(dirname(join(image, path)), { recursive: true });
        // A copy of all packages would take a minute; a link shows as well that they are there.
        if (path === 'node_modules') await symlink(join(built, path), join(image, path));
        else await cp(join(built, path), join(image, path), { recursive: true });
      }
      expect(readdirSync(join(image, 'dist', 'apps', 'api')).filter((name) => name.includes('.spec.'))).toEqual([]);
      const [program = '', ...args] = z.array(z.string()).parse(JSON.parse(last('ENTRYPOINT')));
      const command = z.array(z.string()).parse(JSON.parse(last('CMD')));
      expect(program).toBe('node');
      const child = spawn(process.execPath, [...args, ...command], {
        cwd: image,
        env: { PATH: process.env['PATH'], NODE_ENV: 'production', TIDEMARK_PORT: '0' },
      });
      const ended = once(child, 'exit');
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const endMs = Date.now() + 60_000;
      while (!/http:\S+/.test(said) && child.exitCode === null && Date.now() < endMs) await sleep(50);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      expect(url, said).toBeDefined();
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      // The dashboard is built, too.
      expect(await (await fetch(`${url}/`)).text()).toContain('assets/main');
      child.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
      expect(existsSync(join(image, '.tidemark', 'tidemark.db'))).toBe(true);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
