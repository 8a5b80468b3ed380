import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { tidemark, type Running } from '../process/cli-program.js';

const run = promisify(execFile);
const services = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));
/** Small, so that it fits beside the other services: 1.1 GB in all. */
const SMALL = ['--quick', '--heap', '320M', '--timeout', '240'];
const SINK = 'cdc.sink';

/** Runs scripts/services; answers what it prints. Throws with what it complained of. */
const service = async (...args: string[]): Promise<string> => (await run(process.execPath, [services, ...args])).stdout;

/** Cassandra, Debezium's agent, Kafka, this project's sink and PostgreSQL, started for one suite. */
export class RealPipeline {
  private constructor(
    private readonly variables: string,
    /** True when it was there before: then it stays. */
    private readonly kept: boolean,
  ) {}

  static async start(): Promise<RealPipeline> {
    const kept = (await service('env')).includes('TIDEMARK_TEST_CDC=');
    await service('start', 'cdc', ...SMALL);
    return new RealPipeline(await service('env'), kept);
  }

  get database(): URL {
    return new URL(this.place('POSTGRES'));
  }

  /** Rows of the table that changes arrive in. */
  async query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.database.href });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts `tidemark cdc` over it, with every change verified; its summary is JSON on standard output. */
  benchmark(...args: string[]): Running {
    const { hostname, port, pathname, username, password } = this.database;
    const [host = '', cqlPort = ''] = this.place('CASSANDRA').split(':');
    return tidemark(['cdc', '--json', '--sample', '1', ...args], {
      CASSANDRA_HOST: host,
      CASSANDRA_PORT: cqlPort,
      POSTGRES_HOST: hostname,
      POSTGRES_PORT: port,
      POSTGRES_DB: pathname.slice(1),
      POSTGRES_USER: username,
      POSTGRES_PASSWORD: password,
    });
  }

  /** What the sink says of itself. */
  async sinkStatus(): Promise<unknown> {
    return (await fetch(`${this.place('SINK')}/status`)).json();
  }

  /** Kills the sink where it stands, and starts another; the caller has to see that it has something to do again. */
  async replaceSink(): Promise<void> {
    const pid = Number(new RegExp(`^${SINK} runs: pid (\\d+)`, 'm').exec(await service('status'))?.[1]);
    process.kill(pid, 'SIGKILL');
    await service('start', SINK, ...SMALL);
  }

  async stop(): Promise<void> {
    if (!this.kept) await service('stop', 'cdc', '--wipe');
  }

  private place(part: 'CASSANDRA' | 'POSTGRES' | 'SINK'): string {
    const found = new RegExp(`^TIDEMARK_TEST_CDC_${part}=(.+)$`, 'm').exec(this.variables)?.[1];
    if (found === undefined) throw new Error(`the pipeline has no ${part}:\n${this.variables}`);
    return found;
  }
}
