import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { Run } from '#libs/contract/run.js';
import { isEnded } from '#libs/contract/status.js';
import { Summary } from '#libs/contract/summary.js';
import { freePort } from '../process/harness.js';

const run = promisify(execFile);
/** The first time images are made and everything is installed in them. */
const BUILD_MS = 1_200_000;
const COMMAND_MS = 180_000;
const Executors = z.object({
  items: z.array(z.object({ id: z.string(), hostname: z.string(), alive: z.boolean(), draining: z.boolean() })),
});
type Executor = z.infer<typeof Executors>['items'][number];

/** What docker-compose.yml of this folder starts, under a name and on ports of its own; asked for by `docker compose`. */
export class Compose {
  private readonly key = randomBytes(32).toString('hex');
  private readonly secret = randomBytes(32).toString('hex');

  private constructor(
    private readonly apiPort: number,
    private readonly cassandraPort: number,
  ) {}

  /** Throws what to do where there is no Docker. */
  static async create(): Promise<Compose> {
    await run('docker', ['compose', 'version']).catch((error: unknown) => {
      throw new Error('this needs an engine and "docker compose"', { cause: error });
    });
    return new Compose(await freePort(), await freePort());
  }

  /** `host:port` of its Cassandra, from outside. */
  get cassandra(): string {
    return `127.0.0.1:${this.cassandraPort}`;
  }

  /** Builds the image and starts all services, with so many executors; answers when all of them work. */
  async up(executors: number): Promise<void> {
    await this.docker(
      ['up', '--build', '--detach', '--wait', '--scale', `executor=${executors}`, '--quiet-pull'],
      BUILD_MS,
    );
    await this.atWork(executors);
  }

  /** Starts more executors, or ends some; nothing else is touched. */
  async scale(executors: number): Promise<void> {
    await this.docker(['up', '--detach', '--no-recreate', '--scale', `executor=${executors}`]);
  }

  async down(): Promise<void> {
    await this.docker(['down', '--volumes']);
  }

  /** Every Node in the executor's container ends at once, as by the kernel's out-of-memory killer. */
  async kill({ hostname }: Executor): Promise<void> {
    const every =
      'for each in /proc/[0-9]*; do read name < $each/comm; [ "$name" = node ] && kill -9 ${each#/proc/}; done';
    // The shell may go down with the container.
    await run('docker', ['exec', hostname, 'sh', '-c', every]).catch(() => undefined);
  }

  /** Waits until so many executors are there to be given work; answers them. */
  async atWork(count: number): Promise<Executor[]> {
    for (const untilMs = Date.now() + COMMAND_MS; ; await sleep(200)) {
      const { items } = Executors.parse(await this.call('/v1/executors'));
      const ready = items.filter(({ alive, draining }) => alive && !draining);
      if (ready.length === count) return ready;
      if (Date.now() > untilMs) throw new Error(`expected ${count} executors at work, found ${JSON.stringify(items)}`);
    }
  }

  async post(body: Record<string, unknown>): Promise<string> {
    const posted = await this.call('/v1/runs', { method: 'POST', body: JSON.stringify(body) });
    return Run.parse(posted).id;
  }

  async run(id: string): Promise<Run> {
    return Run.parse(await this.call(`/v1/runs/${id}`));
  }

  async summary(id: string): Promise<Summary> {
    return Summary.parse(await this.call(`/v1/runs/${id}/summary`));
  }

  async until(id: string, isIt: (run: Run) => boolean): Promise<Run> {
    for (const untilMs = Date.now() + COMMAND_MS; ; await sleep(100)) {
      const found = await this.run(id);
      if (isIt(found)) return found;
      if (isEnded(found.status) || Date.now() > untilMs)
        throw new Error(`run ${id} is ${found.status}: ${found.problem?.detail}; ${JSON.stringify(found.shards)}`);
    }
  }

  /** Throws why when the run did not complete. */
  completed(id: string): Promise<Run> {
    return this.until(id, ({ status }) => status === 'completed');
  }

  private async call(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${this.apiPort}${path}`, { ...init, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  private async docker(args: readonly string[], timeout = COMMAND_MS): Promise<void> {
    const settings = {
      TIDEMARK_API_KEY: this.key,
      TIDEMARK_SECRET_KEY: this.secret,
      TIDEMARK_PUBLISHED_PORT: String(this.apiPort),
      CASSANDRA_PUBLISHED_PORT: String(this.cassandraPort),
    };
    await run('docker', ['compose', '--project-name', 'tidemark-acceptance', ...args], {
      env: { ...process.env, ...settings },
      timeout,
      maxBuffer: 64 << 20,
    });
  }
}
