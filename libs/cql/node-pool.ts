import { ShardMeter } from '#libs/stats/shard-meter.js';
import type { TargetShardCounts } from '#libs/contract/interval.js';
import type { BodyReader } from './body-reader.js';
import type { Connection } from './connection.js';
import { useKeyspace } from './control.js';
import type { Sharding } from './extensions.js';
import type { HotHandler } from './hot-handler.js';
import { NodeDialer, type DialOptions } from './node-dialer.js';
import type { RequestFrame } from './request-frame.js';
import { ANY_SHARD, shardOf } from './shard-of.js';
import type { NodeFacts } from './topology.js';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** The plain port gives shards as it likes: it is asked this many times for each connection that is missing. */
const PLAIN_TRIES = 4;

export interface PoolOptions extends DialOptions {
  /** To the node; where it shows its shards and `shardAware` is set, at least one to each of them. */
  connections: number;
  shardAware: boolean;
  /** Every connection is in this keyspace. */
  keyspace?: string | undefined;
}

export interface PoolEvents {
  log(level: 'info' | 'warn', message: string): void;
  event(reader: BodyReader): void;
  unprepared(connection: Connection, slot: number, template: RequestFrame): void;
  tablet(template: RequestFrame, payload: Buffer): void;
}

/**
 * The connections to one node, of each of its shards where it shows them: opened, kept open by reconnecting with backoff
 * and jitter, handed out by turns.
 */
export class NodePool {
  readonly open: Connection[] = [];
  /** Of connections that are gone. */
  private readonly past = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };
  private readonly dialer: NodeDialer;
  private sharding: Sharding | undefined;
  /** The open connections by shard, and what each shard answered; empty for a node without shards. */
  private byShard: Connection[][] = [];
  private meters: ShardMeter[] = [];
  /** Why the shard-aware port is of no use. */
  private portTrouble: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private filling = false;
  private closing = false;
  private turn = 0;

  constructor(
    readonly facts: NodeFacts,
    private readonly port: number,
    private readonly options: PoolOptions,
    handler: HotHandler,
    private readonly events: PoolEvents,
  ) {
    this.dialer = new NodeDialer(facts.address, options, handler, {
      event: (reader) => events.event(reader),
      tablet: (template, payload) => events.tablet(template, payload),
      unprepared: (connection, slot, template) => events.unprepared(connection, slot, template),
      closed: (connection, cause) => this.lose(connection, cause),
    });
    this.dialer.keyspace = options.keyspace;
  }

  /** Puts every connection, and every one to come, into a keyspace. */
  async use(keyspace: string): Promise<void> {
    this.dialer.keyspace = keyspace;
    await Promise.all(this.open.map((connection) => useKeyspace(connection, keyspace, this.options.controlTimeoutMs)));
  }

  get address(): string {
    return `${this.facts.address}:${this.port}`;
  }

  /** How many shards the node says that it has, used or not. */
  get shards(): number | undefined {
    return this.open[0]?.extensions.sharding?.shards;
  }

  /** True when it matters which connection a key goes by. */
  get isSharded(): boolean {
    return this.sharding !== undefined;
  }

  /**
   * Opens every connection; throws the first one's CodedError. What fails later is reconnected in the background. In a
   * pool that is reconnecting already, what waits for its turn is tried now.
   */
  async start(): Promise<void> {
    if (this.filling) return;
    if (this.timer === undefined) return this.fill();
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.reconnect(FIRST_BACKOFF_MS);
  }

  /** Keeps trying in the background from now on. */
  startLater(): void {
    if (this.missing() > 0) this.refill(FIRST_BACKOFF_MS);
  }

  /** Shard of a token at this node, or ANY_SHARD. */
  shardOf(tokenHigh: number, tokenLow: number): number {
    const { sharding } = this;
    return sharding === undefined ? ANY_SHARD : shardOf(tokenHigh, tokenLow, sharding.shards, sharding.ignoredMsb);
  }

  /** The next connection to the shard, or to any when there is none; undefined when the node has none at all. */
  pick(shard: number): Connection | undefined {
    const { byShard, open } = this;
    // Never an index that the array has not: such a look-up costs as much as the rest of sending.
    const own = shard >= 0 && shard < byShard.length ? byShard[shard] : undefined;
    const from = own !== undefined && own.length > 0 ? own : open;
    if (from.length < 2) return from[0];
    this.turn = (this.turn + 1) % from.length;
    return from[this.turn];
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

  /** What each shard answered since the last call; those that answered nothing are left out. */
  takeShards(): TargetShardCounts[] {
    return this.meters.map((meter, shard) => meter.take(this.address, shard)).filter((counts) => counts !== undefined);
  }

  /** Opens nothing more; what is open is closed by `closeIdle` or `close`. */
  leave(): void {
    this.closing = true;
    clearTimeout(this.timer);
    this.flush();
  }

  /** Closes the connections that wait for no answer; true when none is left. */
  closeIdle(): boolean {
    for (const connection of this.open.filter(({ inFlight }) => inFlight === 0)) connection.destroy();
    return this.open.length === 0;
  }

  close(): void {
    this.closing = true;
    clearTimeout(this.timer);
    for (const connection of this.open) connection.destroy();
  }

  /** As ScyllaDB's drivers share out a number of connections: evenly, and one at least. */
  private get perShard(): number {
    return Math.ceil(this.options.connections / Math.max(1, this.byShard.length));
  }

  /** Connections that are wanted and not there. */
  private missing(): number {
    const { byShard, options, perShard } = this;
    if (this.sharding === undefined) return Math.max(0, options.connections - this.open.length);
    return byShard.reduce((sum, { length }) => sum + Math.max(0, perShard - length), 0);
  }

  /** Opens what is missing. Throws the first CodedError, after all have been tried. */
  private async fill(): Promise<void> {
    this.filling = true;
    try {
      if (this.open.length === 0) this.portTrouble = undefined;
      // What the first one learns decides how many more there are to be, and where.
      if (this.open.length === 0) this.admit(await this.dialer.open(this.port));
      if (this.sharding === undefined)
        await all(Array.from({ length: this.missing() }, async () => this.admit(await this.dialer.open(this.port))));
      else await this.fillShards(this.sharding);
    } finally {
      this.filling = false;
    }
    if (this.missing() > 0) this.refill(LONGEST_BACKOFF_MS);
  }

  private async fillShards({ shards, shardAwarePort }: Sharding): Promise<void> {
    if (shardAwarePort !== undefined && this.portTrouble === undefined) {
      const wanted = this.byShard.flatMap(({ length }, shard) =>
        Array.from({ length: Math.max(0, this.perShard - length) }, () => shard),
      );
      await Promise.allSettled(wanted.map((shard) => this.openShard(shardAwarePort, shards, shard)));
    }
    // One after the other, and none given back before the end: a server that balances its shards then comes to each.
    const spare: Connection[] = [];
    try {
      for (let left = this.missing() * PLAIN_TRIES; this.missing() > 0 && left > 0; left--) {
        const connection = await this.dialer.open(this.port);
        if (!this.admit(connection)) spare.push(connection);
      }
    } finally {
      for (const connection of spare) connection.destroy();
    }
    const uncovered = this.byShard.filter(({ length }) => length === 0).length;
    if (uncovered > 0)
      this.events.log(
        'warn',
        `${uncovered} of the ${shards} shards of ${this.address} gave no connection yet: their requests go by other shards`,
      );
  }

  /** By the shard-aware port; when that turns out to be of no use, the log says so once and it is not tried again. */
  private async openShard(port: number, shards: number, shard: number): Promise<void> {
    try {
      const connection = await this.dialer.openFrom(port, shards, shard);
      const told = connection.extensions.sharding?.shard;
      if (told !== shard) this.distrustPort(port, `it put a connection for shard ${shard} on shard ${told}`);
      if (!this.admit(connection)) connection.destroy();
    } catch (error) {
      this.distrustPort(port, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  private distrustPort(port: number, trouble: string): void {
    if (this.portTrouble !== undefined || this.closing) return;
    this.portTrouble = trouble;
    this.events.log(
      'warn',
      `the shard-aware port ${port} of ${this.facts.address} is of no use (${trouble}): connections are opened at port ${this.port} until each shard has one`,
    );
  }

  /** Takes a connection in; false when its shard has enough of them. */
  private admit(connection: Connection): boolean {
    const { sharding } = connection.extensions;
    if (this.options.shardAware && sharding?.shards !== this.sharding?.shards) this.reshard(sharding);
    const own = sharding === undefined ? undefined : this.byShard[sharding.shard];
    if (own !== undefined && own.length >= this.perShard) return false;
    own?.push(connection);
    if (sharding !== undefined) connection.meter = this.meters[sharding.shard];
    this.open.push(connection);
    if (this.closing) connection.destroy();
    return true;
  }

  /** The node has other shards than it had: what is open belongs to nobody. */
  private reshard(sharding: Sharding | undefined): void {
    for (const connection of this.open) connection.destroy();
    const shards = sharding?.shards ?? 0;
    this.sharding = sharding;
    this.byShard = Array.from({ length: shards }, () => []);
    this.meters = Array.from({ length: shards }, () => new ShardMeter());
    this.portTrouble = undefined;
  }

  private lose(connection: Connection, cause: Error): void {
    const at = this.open.indexOf(connection);
    if (at < 0) return;
    this.open.splice(at, 1);
    for (const own of this.byShard) if (own.includes(connection)) own.splice(own.indexOf(connection), 1);
    this.past.bytesSent += connection.writes.bytesSent;
    this.past.bytesReceived += connection.bytesReceived;
    this.past.lateAnswers += connection.lateAnswers;
    if (this.closing) return;
    this.events.log('warn', `lost a connection to ${this.address}: ${cause.message}; reconnecting`);
    this.refill(FIRST_BACKOFF_MS);
  }

  private refill(backoffMs: number): void {
    if (this.closing || this.timer !== undefined) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.reconnect(backoffMs);
      },
      backoffMs * (0.75 + this.options.random() / 2),
    );
    this.timer.unref();
  }

  private async reconnect(backoffMs: number): Promise<void> {
    if (this.filling) return this.refill(backoffMs);
    const before = this.open.length;
    try {
      await this.fill();
      if (this.open.length > before) this.events.log('info', `reconnected to ${this.address}`);
    } catch {
      this.refill(Math.min(backoffMs * 2, LONGEST_BACKOFF_MS));
    }
  }
}

/** Waits for all, then throws the first error. */
async function all(tasks: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
