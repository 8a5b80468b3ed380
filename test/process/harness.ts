import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LogLine } from '#libs/contract/event.js';
import { Run } from '#libs/contract/run.js';
import { isEnded, type RunStatus } from '#libs/contract/status.js';
import { Summary } from '#libs/contract/summary.js';
import { IntervalStats } from '#libs/contract/interval.js';

const READY_MS = 30_000;
const STOP_MS = 15_000;

/** One child process and what it has said. */
export interface Child {
  pid: number;
  out: string;
  err: string;
  /** Its exit code, or the signal's name. */
  exit: Promise<number | string>;
  /** Whether it runs still. */
  isAlive(): boolean;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that does not help. */
  stop(): Promise<number | string>;
  /** The first match of `pattern` in what it says. */
  says(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
}

function start(file: string, args: readonly string[], settings: Record<string, string>, cwd: string): Child {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEMARK_')));
  const child: ChildProcess = spawn(process.execPath, ['--enable-source-maps', join(process.cwd(), file), ...args], {
    cwd,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const exit = once(child, 'close').then(() => child.signalCode ?? child.exitCode ?? -1);
  const self: Child = {
    pid: child.pid ?? -1,
    out: '',
    err: '',
    exit,
    isAlive,
    signal: (name) => void child.kill(name),
    async stop() {
      if (isAlive()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const code = await exit;
      clearTimeout(timer);
      return code;
    },
    async says(pattern, withinMs = READY_MS) {
      for (const untilMs = Date.now() + withinMs; ; await sleep(10)) {
        const match = pattern.exec(self.out) ?? pattern.exec(self.err);
        if (match) return match;
        if (!isAlive() || Date.now() > untilMs)
          throw new Error(`${file} did not say ${String(pattern)}; it said: ${self.out}${self.err}`);
      }
    },
  };
  child.stdout?.on('data', (chunk: Buffer) => (self.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (self.err += chunk.toString()));
  return self;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const Intervals = z.object({ items: z.array(IntervalStats) });
const Executors = z.object({ items: z.array(z.object({ id: z.string(), clockOffsetMs: z.number().nullable() })) });
const LogPage = z.object({ items: z.array(LogLine) });

/** `count` operations on rows 1..count, in structured form; closed loop. */
export const operations = (operation: 'write' | 'read', count: number, threads = 16) => ({
  operation,
  stop: { type: 'operations', count },
  consistencyLevel: 'ONE',
  warmup: false,
  population: { type: 'sequence', from: 1, to: count },
  rate: { model: 'closed', threads },
});

/** Writes for a time at a fixed rate, so that a run is under way when something happens to it. */
export const steadyWrites = (durationMs: number, more: Record<string, unknown> = {}) => ({
  operation: 'write',
  stop: { type: 'duration', durationMs },
  consistencyLevel: 'ONE',
  warmup: false,
  population: { type: 'sequence', from: 1, to: 10_000 },
  rate: { model: 'open', threads: 16, ratePerSecond: 500 },
  ...more,
});

/** What keeps the state of a world's processes. */
export interface Backend {
  databaseUrl: string;
  /** More settings of every process, as TIDEMARK_REDIS_URL. */
  settings: Record<string, string>;
  drop: () => Promise<void>;
}

/** Real processes over one database, a SQLite file when nothing else is said; `stop` ends them and removes the folder. */
export class World {
  readonly children: Child[] = [];
  url = '';

  private constructor(
    readonly folder: string,
    readonly apiPort: number,
    /** Settings of every process, beside where things are. */
    private readonly settings: Record<string, string>,
    private readonly backend: Backend | undefined,
  ) {}

  static async create(settings: Record<string, string> = {}, backend?: Backend): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-process-'));
    return new World(folder, await freePort(), { ...backend?.settings, ...settings }, backend);
  }

  get databaseUrl(): string {
    return this.backend?.databaseUrl ?? `sqlite:${join(this.folder, 'tidemark.db')}`;
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.toReversed().map((child) => child.stop()));
    await this.backend?.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Starts one of the compiled programs in the folder, with this world's settings and `settings` over them. */
  spawn(file: string, args: readonly string[] = [], settings: Record<string, string> = {}): Child {
    const all = {
      TIDEMARK_DATABASE_URL: this.databaseUrl,
      TIDEMARK_SPOOL_DIR: join(this.folder, 'spool'),
      ...this.settings,
      ...settings,
    };
    const child = start(file, args, all, this.folder);
    this.children.push(child);
    return child;
  }

  /** A simulated cluster; answers its process and first contact point. */
  async simulator(...args: string[]): Promise<{ child: Child; contactPoint: string; port: number }> {
    const child = this.spawn('dist/libs/cql-sim/main.js', ['--port', '0', '--json', ...args]);
    const [line] = await child.says(/^\{.*\}$/m);
    const [contactPoint = ''] = z.object({ contactPoints: z.array(z.string()) }).parse(JSON.parse(line)).contactPoints;
    return { child, contactPoint, port: Number(contactPoint.split(':').at(-1)) };
  }

  /** Writes a fault script for the simulator; answers its path. */
  async script(faults: readonly unknown[], origin: 'applied' | 'first-operation' = 'first-operation'): Promise<string> {
    const path = join(this.folder, `faults-${this.children.length}.json`);
    await writeFile(path, JSON.stringify({ seed: 1, origin, faults }));
    return path;
  }

  async api(settings: Record<string, string> = {}): Promise<Child> {
    const child = this.spawn('dist/apps/api/main.js', [], { TIDEMARK_PORT: String(this.apiPort), ...settings });
    const [url] = await child.says(/http:\/\/[\d.]+:\d+/);
    this.url = url;
    return child;
  }

  async executor(settings: Record<string, string> = {}): Promise<Child> {
    const child = this.spawn('dist/apps/executor/main.js', [], settings);
    await child.says(/^executor \S+ ready$/m);
    return child;
  }

  /** API and executors, one after another: they migrate the same file. */
  async service(executors: number): Promise<{ api: Child; executors: Child[] }> {
    const api = await this.api();
    const started: Child[] = [];
    for (let index = 0; index < executors; index++)
      started.push(await this.executor({ TIDEMARK_EXECUTOR_ID: `executor-${index}` }));
    return { api, executors: started };
  }

  async call(path: string, init: RequestInit = {}): Promise<unknown> {
    const answer = await fetch(this.url + path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  private send(path: string, body: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return this.call(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Posts a run of any kind; answers its id. */
  async post(run: unknown): Promise<string> {
    return Run.parse(await this.send('/v1/runs', run)).id;
  }

  /** Posts a stress run; answers its id. */
  async create(contactPoint: string, spec: unknown, more: Record<string, unknown> = {}): Promise<string> {
    const body = { kind: 'stress', target: { contactPoints: [contactPoint] }, spec, ...more };
    return this.post(body);
  }

  async run(id: string): Promise<Run> {
    return Run.parse(await this.call(`/v1/runs/${id}`));
  }

  async cancel(id: string): Promise<void> {
    await this.send(`/v1/runs/${id}/cancel`, { reason: 'test' });
  }

  async summary(id: string): Promise<Summary> {
    return Summary.parse(await this.call(`/v1/runs/${id}/summary`));
  }

  /** Of all executors together, or of one. */
  async intervals(id: string, executor?: string): Promise<IntervalStats[]> {
    const only = executor === undefined ? '' : `&executor=${executor}`;
    return Intervals.parse(await this.call(`/v1/runs/${id}/intervals?limit=1000${only}`)).items;
  }

  async executors(): Promise<z.infer<typeof Executors>['items']> {
    return Executors.parse(await this.call('/v1/executors')).items;
  }

  async log(id: string): Promise<string[]> {
    return LogPage.parse(await this.call(`/v1/runs/${id}/log`)).items.map(({ message }) => message);
  }

  /** Waits until `wanted` of the run; the API may be away meanwhile. */
  async until(id: string, wanted: (run: Run) => boolean, withinMs = 30_000): Promise<Run> {
    let last: Run | undefined;
    for (const untilMs = Date.now() + withinMs; Date.now() < untilMs; await sleep(20)) {
      last = await this.run(id).catch(() => undefined);
      if (last && wanted(last)) return last;
    }
    throw new Error(
      `run ${id} did not become as wanted within ${withinMs} ms: ${JSON.stringify(last?.statusHistory)} ${this.said()}`,
    );
  }

  reaches(id: string, status: RunStatus, withinMs?: number): Promise<Run> {
    return this.until(id, (run) => run.status === status || isEnded(run.status), withinMs);
  }

  ended(id: string, withinMs?: number): Promise<Run> {
    return this.until(id, (run) => isEnded(run.status), withinMs);
  }

  /** What every process has said on standard error, for a test that fails. */
  private said(): string {
    return this.children.map((child) => child.err).join('');
  }
}
