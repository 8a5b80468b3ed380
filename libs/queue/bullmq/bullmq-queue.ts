import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { hasLabels, type PlacementGroup } from '#libs/contract/placement.js';
import type { QueueOptions } from '../open-queue.js';
import type { RunQueue } from '../port.js';
import { impatient, patient, tellOutages } from './connection.js';

/** A job asks one executor to look. */
interface Look {
  labels: Record<string, string>;
}

const NAME = 'looks';
/** Longer than any pause of an event loop, and never run twice: a dead executor's run is the database's business. */
const LOCK_MS = 60_000;
const SAY_MS = 1_000;
const CLOSE_MS = 2_000;
const CONNECT_MS = 2_000;

const Signal = z.union([z.strictObject({ cancelled: z.string() }), z.strictObject({ freed: z.literal(true) })]);
type Signal = z.infer<typeof Signal>;

/** The queue on Redis: one BullMQ job for each executor that should look, and signals to all of them. */
export class BullmqQueue implements RunQueue {
  private readonly sending: Redis;
  private queue: Queue<Look> | undefined;
  private receiving: { worker: Worker<Look>; redis: Redis[] } | undefined;
  private wake: (() => void) | undefined;
  /** Somebody said to look while nobody waited. */
  private isMissed = false;
  private readonly listeners: ((runId: string) => void)[] = [];

  constructor(private readonly options: QueueOptions & { redisUrl: string }) {
    this.sending = impatient(options.redisUrl);
    tellOutages(this.sending, options.log);
    // What could not be said while it was away.
    this.sending.on('ready', () => void this.freed().catch(ignored));
  }

  /** Waits for the first connection, for a server that is away not long. */
  async connected(): Promise<void> {
    const timer = new AbortController();
    const ready = new Promise<void>((resolve) => this.sending.once('ready', () => resolve()));
    if (this.sending.status !== 'ready')
      await Promise.race([ready, this.options.clock.sleep(CONNECT_MS, timer.signal)]);
    timer.abort();
  }

  async notify(groups: readonly PlacementGroup[]): Promise<void> {
    const added = this.jobs().addBulk(
      groups.flatMap(({ count, labels }) => Array.from({ length: count }, () => ({ name: 'look', data: { labels } }))),
    );
    await this.soon(added);
  }

  freed(): Promise<void> {
    return this.signal({ freed: true });
  }

  cancelled(runId: string): Promise<void> {
    return this.signal({ cancelled: runId });
  }

  onCancelled(listener: (runId: string) => void): void {
    this.receive();
    this.listeners.push(listener);
  }

  async wait(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    this.receive();
    const timer = new AbortController();
    let isTold = false;
    const told = new Promise<void>((resolve) => {
      this.wake = () => {
        isTold = true;
        resolve();
      };
    });
    if (this.isMissed) this.look();
    const stop = () => timer.abort();
    // Not AbortSignal.any: it would keep something of every wait for as long as the process lives.
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([told, this.options.clock.sleep(timeoutMs, timer.signal)]);
    signal.removeEventListener('abort', stop);
    this.wake = undefined;
    stop();
    return isTold;
  }

  async ping(): Promise<void> {
    await this.soon(this.sending.ping());
  }

  async close(): Promise<void> {
    const { worker, redis = [] } = this.receiving ?? {};
    const closed = Promise.allSettled([worker?.close(true), this.queue?.close()]);
    // A server that is away must not hold up the end of a process.
    const timer = new AbortController();
    await Promise.race([closed, this.options.clock.sleep(CLOSE_MS, timer.signal)]);
    timer.abort();
    for (const each of [this.sending, ...redis]) each.disconnect();
  }

  /** Made only while the server answers: one that was made before would fail for ever. Throws when it does not. */
  private jobs(): Queue<Look> {
    if (this.sending.status !== 'ready') throw new Error('Redis does not answer');
    if (this.queue) return this.queue;
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
    const { prefix } = this.options;
    const queue = new Queue<Look>(NAME, {
      connection: this.sending,
      prefix,
      skipWaitingForReady: true,
      defaultJobOptions,
    });
    queue.on('error', ignored);
    queue.waitUntilReady().catch(() => (this.queue = undefined));
    this.queue = queue;
    return queue;
  }

  private async signal(signal: Signal): Promise<void> {
    await this.soon(this.sending.publish(this.channel, JSON.stringify(signal)));
  }

  /** A network that swallows everything must not hold up who says something. */
  private async soon(work: Promise<unknown>): Promise<void> {
    const timer = new AbortController();
    const late = this.options.clock.sleep(SAY_MS, timer.signal).then(() => {
      if (!timer.signal.aborted) throw new Error(`Redis did not answer within ${SAY_MS} ms`);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      timer.abort();
    }
  }

  private get channel(): string {
    return `${this.options.prefix}:signals`;
  }

  /** The API only sends; an executor receives from its first wait on. */
  private receive(): void {
    if (this.receiving) return;
    const { redisUrl, prefix, log } = this.options;
    const blocking = patient(redisUrl);
    const signals = patient(redisUrl);
    for (const redis of [blocking, signals]) redis.on('error', ignored);
    // What was said while it was away.
    signals.on('ready', () => this.look());
    const worker = new Worker<Look>(NAME, (job) => this.take(job), {
      connection: blocking,
      prefix,
      concurrency: 1,
      lockDuration: LOCK_MS,
      maxStalledCount: 0,
    });
    worker.on('error', ignored);
    signals.on('message', (_channel: string, text: string) => this.told(text));
    signals
      .subscribe(this.channel)
      // What was said before anybody listened.
      .then(() => this.look())
      .catch((error: unknown) => log('warn', `Redis refused signals: ${String(error)}`));
    this.receiving = { worker, redis: [blocking, signals] };
  }

  /** One that has something else to do, or other labels, passes the job on to all that are idle. */
  private async take({ data: { labels } }: Job<Look>): Promise<void> {
    if (this.wake && hasLabels(this.options.labels ?? {}, labels)) this.look();
    else await this.freed().catch(ignored);
  }

  private told(text: string): void {
    const { data } = Signal.safeParse(JSON.parse(text));
    if (data === undefined) return;
    if ('freed' in data) this.look();
    else for (const listener of this.listeners) listener(data.cancelled);
  }

  private look(): void {
    this.isMissed = this.wake === undefined;
    this.wake?.();
    this.wake = undefined;
  }
}

/** `tellOutages` has said it. */
const ignored = (): void => undefined;
