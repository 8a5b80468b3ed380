import { connectProblem } from './connect-problem.js';
import { Connection, type ConnectionOptions } from './connection.js';
import type { BodyReader } from './body-reader.js';
import { useKeyspace } from './control.js';
import { handshake, type Credentials } from './handshake.js';
import type { HotHandler } from './hot-handler.js';
import type { NodeFacts } from './topology.js';
import type { RequestFrame } from './request-frame.js';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;

export interface PoolOptions extends Omit<ConnectionOptions, 'host' | 'port'> {
  credentials: Credentials | undefined;
  connections: number;
  controlTimeoutMs: number;
  /** Every connection is in this keyspace. */
  keyspace?: string | undefined;
  /** A number in [0, 1), for jitter. */
  random: () => number;
}

export interface PoolEvents {
  log(level: 'info' | 'warn', message: string): void;
  event(reader: BodyReader): void;
  unprepared(connection: Connection, slot: number, template: RequestFrame): void;
}

/** The connections to one node: opened, kept open by reconnecting with backoff and jitter, handed out round robin. */
export class NodePool {
  readonly open: Connection[] = [];
  reconnects = 0;
  /** Of connections that are gone. */
  private readonly past = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };
  /** Attempts to come, by their timer. */
  private readonly waiting = new Map<NodeJS.Timeout, () => void>();
  /** Attempts that wait or are under way in the background: one at most for each connection that is missing. */
  private retrying = 0;
  private closing = false;
  private keyspace: string | undefined;
  private turn = 0;

  constructor(
    readonly facts: NodeFacts,
    private readonly port: number,
    private readonly options: PoolOptions,
    private readonly handler: HotHandler,
    private readonly events: PoolEvents,
  ) {
    this.keyspace = options.keyspace;
  }

  /** Puts every connection, and every one to come, into a keyspace. */
  async use(keyspace: string): Promise<void> {
    this.keyspace = keyspace;
    await Promise.all(this.open.map((connection) => useKeyspace(connection, keyspace, this.options.controlTimeoutMs)));
  }

  get address(): string {
    return `${this.facts.address}:${this.port}`;
  }

  /**
   * Opens every connection; throws the first one's CodedError. What fails later is reconnected in the background. In a
   * pool that is reconnecting already, what waits for its turn is tried now.
   */
  async start(): Promise<void> {
    if (this.retrying > 0) return this.hurry();
    await this.connect();
    // All of them have to be settled before anybody counts which are missing.
    const others = Array.from({ length: this.options.connections - 1 }, () => this.connect());
    const refused = (await Promise.allSettled(others)).find((result) => result.status === 'rejected');
    if (refused) throw refused.reason;
  }

  /** Keeps trying in the background from now on. */
  startLater(): void {
    while (this.open.length + this.retrying < this.options.connections) this.retryLater();
  }

  /** Begins an operation on the next connection that has room: the connection, or undefined. `full` says why. */
  pick(): Connection | undefined {
    const { open } = this;
    if (open.length === 1) return open[0];
    if (open.length === 0) return undefined;
    this.turn = (this.turn + 1) % open.length;
    return open[this.turn];
  }

  flush(): void {
    for (const connection of this.open) connection.writes.flush();
  }

  /** Adds what all connections, past ones too, have counted. */
  addTotals(all: { bytesSent: number; bytesReceived: number; lateAnswers: number }): void {
    const { past, open } = this;
    for (const each of [past, ...open]) {
      all.bytesSent += 'writes' in each ? each.writes.bytesSent : each.bytesSent;
      all.bytesReceived += each.bytesReceived;
      all.lateAnswers += each.lateAnswers;
    }
  }

  close(): void {
    this.closing = true;
    for (const timer of this.waiting.keys()) clearTimeout(timer);
    for (const connection of this.open) connection.destroy();
  }

  private async connect(): Promise<void> {
    const { facts, port, options } = this;
    let connection: Connection | undefined;
    let usable = false;
    try {
      connection = await Connection.open({ ...options, host: facts.address, port }, this.handler, {
        closed: (cause) => {
          if (usable && connection) this.lose(connection, cause);
        },
        event: (reader) => this.events.event(reader),
        unprepared: (slot, template) => {
          if (connection) this.events.unprepared(connection, slot, template);
        },
      });
      await handshake(connection, options.credentials, options.controlTimeoutMs);
      if (this.keyspace !== undefined) await useKeyspace(connection, this.keyspace, options.controlTimeoutMs);
    } catch (error) {
      connection?.destroy();
      throw connectProblem(this.address, error);
    }
    if (this.closing) return connection.destroy();
    usable = true;
    this.open.push(connection);
  }

  private lose(connection: Connection, cause: Error): void {
    this.open.splice(this.open.indexOf(connection), 1);
    this.past.bytesSent += connection.writes.bytesSent;
    this.past.bytesReceived += connection.bytesReceived;
    this.past.lateAnswers += connection.lateAnswers;
    if (this.closing) return;
    this.events.log('warn', `lost a connection to ${this.address}: ${cause.message}; reconnecting`);
    this.retryLater();
  }

  private retryLater(): void {
    this.retrying++;
    this.retry(FIRST_BACKOFF_MS);
  }

  private hurry(): void {
    for (const [timer, attempt] of this.waiting) {
      clearTimeout(timer);
      attempt();
    }
  }

  private retry(backoffMs: number): void {
    if (this.closing) return;
    const attempt = (): void => {
      this.waiting.delete(timer);
      this.connect().then(
        () => {
          this.retrying--;
          this.reconnects++;
          if (!this.closing) this.events.log('info', `reconnected to ${this.address}`);
        },
        () => this.retry(Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)),
      );
    };
    const timer = setTimeout(attempt, backoffMs * (0.75 + this.options.random() / 2));
    timer.unref();
    this.waiting.set(timer, attempt);
  }
}
