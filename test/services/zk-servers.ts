import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const services = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));

/** Runs scripts/services; answers what it prints. Throws with what it complained of. */
const service = async (...args: string[]): Promise<string> => (await run(process.execPath, [services, ...args])).stdout;

/** Where the servers are found. */
const VARIABLES = {
  guarded: 'TIDEMARK_TEST_ZOOKEEPER_GUARDED',
  tls: 'TIDEMARK_TEST_ZOOKEEPER_TLS',
  authority: 'TIDEMARK_TEST_ZOOKEEPER_CA',
  ensemble: 'TIDEMARK_TEST_ENSEMBLE',
} as const;

/** Real ZooKeeper servers, started for one suite, that can be stopped, started again and frozen one by one. */
export class ZkServers {
  private constructor(
    private readonly name: string,
    private readonly kept: boolean,
  ) {}

  /** `name`: ensemble or zookeeper.guarded. What ran before stays after. */
  static async start(name: 'ensemble' | 'zookeeper.guarded'): Promise<ZkServers> {
    const member = name === 'ensemble' ? 'zookeeper.1' : name;
    const kept = (await service('status')).includes(`${member} runs`);
    await service('start', name);
    return new ZkServers(name, kept);
  }

  /** Address of the guarded server, the same with TLS, its authority's file; addresses of the ensemble. */
  async place(name: keyof typeof VARIABLES): Promise<string> {
    const variable = VARIABLES[name];
    const found = new RegExp(`^${variable}=(.+)$`, 'm').exec(await service('env'))?.[1];
    if (found === undefined) throw new Error(`${variable} is not set`);
    return found;
  }

  async stopOne(name = this.name): Promise<void> {
    await service('stop', name);
  }

  async startOne(name = this.name): Promise<void> {
    await service('start', name);
  }

  /** Ends it without a word, as kill -9 does. */
  async kill(name = this.name): Promise<void> {
    process.kill(await this.pidOf(name), 'SIGKILL');
  }

  /** Stops it in its tracks: its sockets stay open, and nothing answers. The answered function lets it go on. */
  async freeze(name = this.name): Promise<() => void> {
    const pid = await this.pidOf(name);
    process.kill(pid, 'SIGSTOP');
    return () => void process.kill(pid, 'SIGCONT');
  }

  private async pidOf(name: string): Promise<number> {
    const found = new RegExp(`^${name} runs: pid (\\d+)`, 'm').exec(await service('status'))?.[1];
    if (found === undefined) throw new Error(`${name} does not run`);
    return Number(found);
  }

  async stop(): Promise<void> {
    if (!this.kept) await service('stop', this.name, '--wipe');
  }
}
