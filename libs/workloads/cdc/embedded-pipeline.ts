import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RelayCommand, RelayFigures, RelayInput, RelayReport } from '#libs/cdc/embedded/message.js';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Sink } from '#libs/contract/sink.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { CdcSpec } from './cdc.schema.js';

const CLOSE_GRACE_MS = 3_000;

/** A simulated cluster, a relay and, where no other is named, a PostgreSQL, all of this executor alone. */
export interface EmbeddedPipeline {
  contactPoints: string[];
  sink: Sink;
  /** True where PostgreSQL may be asked for its log. */
  mayStream: boolean;
  /** The tables are there: from now on changes are carried. */
  begin(): Promise<void>;
  figures(): Promise<RelayFigures>;
  close(): Promise<void>;
}

const failure = (message: string): CodedError =>
  new CodedError('INTERNAL', `the simulated pipeline could not go on: ${message}`);

async function end(worker: Worker, exited: Promise<unknown>): Promise<void> {
  worker.postMessage({ type: 'close' });
  const timer = setTimeout(() => void worker.terminate(), CLOSE_GRACE_MS);
  await exited;
  clearTimeout(timer);
}

interface Postgres {
  sink: Sink;
  close(): Promise<void>;
}

async function startPostgres(): Promise<Postgres> {
  // Compiled, as every thread.
  const worker = new Worker(new URL('../../cdc/embedded/pglite-entry.js', import.meta.url));
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const [ready]: { port: number }[] = await once(worker, 'message');
  const sink = { host: '127.0.0.1', port: ready?.port ?? 0, database: 'postgres', username: 'postgres' };
  return { sink, close: () => end(worker, exited) };
}

/** The simulator's thread from outside. */
class RelayThread {
  private readonly exited: Promise<unknown>;
  private waiting = new Map<RelayReport['type'], (report: RelayReport) => void>();
  private failed: CodedError | undefined;
  private refuse: ((error: CodedError) => void)[] = [];

  constructor(
    private readonly worker: Worker,
    events: Pick<DriverEvents, 'log'>,
  ) {
    this.exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('message', (report: RelayReport) => {
      if (report.type === 'log') events.log('warn', report.message);
      else if (report.type === 'failed') this.fail(failure(report.message));
      else this.waiting.get(report.type)?.(report);
    });
    worker.on('error', (error) => this.fail(failure(error.message)));
  }

  /** The next report of this type. Throws CodedError when the thread has failed. */
  next<T extends RelayReport['type']>(type: T): Promise<RelayReport> {
    return new Promise((resolve, reject) => {
      if (this.failed) return reject(this.failed);
      this.waiting.set(type, resolve);
      this.refuse.push(reject);
    });
  }

  send(command: RelayCommand): void {
    this.worker.postMessage(command);
  }

  close(): Promise<void> {
    return end(this.worker, this.exited);
  }

  private fail(error: CodedError): void {
    this.failed ??= error;
    for (const refuse of this.refuse) refuse(error);
  }
}

/** Starts the threads of a simulated pipeline. Throws CodedError; no thread is left behind then. */
export async function openEmbedded(
  spec: CdcSpec,
  given: Sink | undefined,
  events: Pick<DriverEvents, 'log'>,
): Promise<EmbeddedPipeline> {
  const input: RelayInput = { spec };
  const worker = new Worker(new URL('../../cdc/embedded/relay-entry.js', import.meta.url), { workerData: input });
  const relay = new RelayThread(worker, events);
  let postgres: Postgres | undefined;
  try {
    const listening = await relay.next('listening');
    postgres = given === undefined ? await startPostgres() : undefined;
    const sink = given ?? postgres?.sink;
    if (listening.type !== 'listening' || sink === undefined) throw failure('it does not listen');
    if (postgres !== undefined) events.log('info', `embedded PostgreSQL on 127.0.0.1:${sink.port}`);
    const database = postgres;
    return {
      contactPoints: listening.contactPoints,
      sink,
      mayStream: given !== undefined,
      async begin() {
        const begun = relay.next('begun');
        relay.send({ type: 'begin', sink });
        await begun;
      },
      async figures() {
        const told = relay.next('figures');
        relay.send({ type: 'figures' });
        const report = await told;
        if (report.type !== 'figures') throw failure('it does not tell what it did');
        return report.figures;
      },
      async close() {
        await relay.close();
        await database?.close();
      },
    };
  } catch (error) {
    await relay.close();
    await postgres?.close();
    throw error;
  }
}
