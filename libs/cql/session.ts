import { CodedError } from '#libs/contract/coded-error.js';
import type { TargetShardCounts } from '#libs/contract/interval.js';
import { textOf } from './column-type.js';
import { noContact } from './connect-problem.js';
import { prepareOn, queryAll, registerForEvents } from './control.js';
import type { Connection } from './connection.js';
import { keepAlive, patienceOf, type Patience } from './keep-alive.js';
import { LeavingPools } from './leaving-pools.js';
import { NodePool, type PoolEvents, type PoolOptions } from './node-pool.js';
import type { PreparedStatement } from './prepared.js';
import { Preparer } from './preparer.js';
import type { CONSISTENCY } from './protocol.js';
import type { Row } from './result.js';
import { Refresher } from './refresher.js';
import { Router } from './router.js';
import type { SessionOptions } from './session-options.js';
import { ANY_SHARD } from './shard-of.js';
import { TabletBook } from './tablet-book.js';
import { nodesOf, ringOf, UNKNOWN_NODE, usableNodes, type NodeFacts } from './topology.js';
import type { RequestFrame } from './request-frame.js';

const SWEEPS_PER_TIMEOUT = 20;
const SHORTEST_SWEEP_MS = 5;

export const NO_HOST = -1;
export const ALL_FULL = -2;

/** The wire engine of one lane: hot operations by slot, control requests by promise. */
export class WireSession {
  /** Where the frame of the operation last begun is to be completed. */
  out: Buffer = Buffer.alloc(0);
  /** True when the token of a key decides where it goes: call `route` before `begin`. */
  routes = false;
  clusterName = '';
  private pools: NodePool[] = [];
  private readonly leaving = new LeavingPools();
  private keyspace: string | undefined;
  private used: string | undefined;
  private readonly router = new Router();
  private readonly tablets = new TabletBook();
  private turn = 0;
  private tick = 0;
  private readonly sweepMs: number;
  private readonly patience: Patience;
  private sweeper: NodeJS.Timeout | undefined;
  private readonly refresher: Refresher;
  private listening: Connection | undefined;
  private readonly preparer: Preparer;
  private readonly poolOptions: PoolOptions;
  private readonly poolEvents: PoolEvents;

  private constructor(private readonly options: SessionOptions) {
    this.sweepMs = Math.max(SHORTEST_SWEEP_MS, options.requestTimeoutMs / SWEEPS_PER_TIMEOUT);
    this.patience = patienceOf(options, SWEEPS_PER_TIMEOUT, this.sweepMs);
    this.preparer = new Preparer(options.handler, options.controlTimeoutMs);
    this.refresher = new Refresher(
      () => this.refresh(),
      (error) => options.log('warn', `could not read the topology anew: ${String(error)}`),
    );
    this.poolOptions = {
      ...options,
      credentials: options.credentials,
      inFlight: options.inFlightPerConnection,
      connections: options.connectionsPerNode,
      random: Math.random,
    };
    this.poolEvents = {
      log: options.log,
      event: () => this.refresher.soon(),
      tablet: (frame, payload) => this.tablets.learn(frame, payload, this.nodes),
      unprepared: (connection, slot, frame) => void this.preparer.again(connection, slot, frame),
    };
  }

  /** Connects to the first contact point that answers, then to every node it tells of. Throws CodedError TARGET_*. */
  static async connect(options: SessionOptions): Promise<WireSession> {
    const session = new WireSession(options);
    const problems: CodedError[] = [];
    for (const { host, port } of options.contactPoints) {
      const probe = session.pool({ ...UNKNOWN_NODE, address: host }, port, { connections: 1, shardAware: false });
      try {
        await probe.start();
        session.pools = [probe];
        await session.discover(host, port);
        probe.close();
        await session.openAll();
        session.sweeper = setInterval(() => session.sweep(), session.sweepMs);
        session.sweeper.unref();
        return session;
      } catch (error) {
        probe.close();
        if (!(error instanceof CodedError)) throw error;
        problems.push(error);
      }
    }
    throw noContact(problems);
  }

  /** The nodes; `shards` is undefined where a node has none, or is not connected. */
  get nodes(): (NodeFacts & { shards: number | undefined })[] {
    return this.pools.map(({ facts, shards }) => ({ ...facts, shards }));
  }
  get upNodes(): number {
    return this.pools.filter((pool) => pool.open.length > 0).length;
  }
  totals(): Record<'bytesSent' | 'bytesReceived' | 'lateAnswers', number> {
    const all = { ...this.leaving.totals };
    for (const pool of [...this.pools, ...this.leaving.all]) pool.addTotals(all);
    return all;
  }

  /** What each shard of each node answered since the last call. */
  takeShards(): TargetShardCounts[] {
    return [...this.leaving.takeShards(), ...this.pools.flatMap((pool) => pool.takeShards())];
  }

  /** Notes a key; the next `begin` goes to one of the nodes that hold it. */
  route(key: Uint8Array, at: number, length: number): void {
    this.router.key(key, at, length);
  }

  /** Which nodes hold a key of the table of this frame: a text that is the same for the same nodes. */
  holders(key: Uint8Array, frame: RequestFrame): string {
    this.router.key(key, 0, key.length);
    this.router.find(frame);
    return this.router.nodes.join();
  }

  /** The same for a token. */
  routeToken(token: bigint): void {
    this.router.token(Number(token >> 32n), Number(token & 0xffffffffn) | 0);
  }

  /**
   * Begins an operation whose frame is followed by `more` bytes of values; answers the frame's offset in `out`, NO_HOST or
   * ALL_FULL. Hot: nothing is allocated.
   */
  begin(slot: number, template: RequestFrame, more = 0): number {
    const { router, pools } = this;
    router.find(template);
    const { nodes, shards } = router;
    this.turn = (this.turn + 1) & 0xffff;
    const first = router.inOrder ? 0 : this.turn;
    let full = false;
    for (let step = 0; step < nodes.length; step++) {
      const index = (first + step) % nodes.length;
      const pool = pools[nodes[index] ?? 0];
      const shard = index < shards.length ? shards[index] : pool?.shardOf(router.tokenHigh, router.tokenLow);
      const at = this.beginOn(pool, shard ?? ANY_SHARD, slot, template, more);
      if (at >= 0) return at;
      full ||= at === ALL_FULL;
    }
    for (let step = 0; step < pools.length; step++) {
      const at = this.beginOn(pools[(this.turn + step) % pools.length], ANY_SHARD, slot, template, more);
      if (at >= 0) return at;
      full ||= at === ALL_FULL;
    }
    return full ? ALL_FULL : NO_HOST;
  }

  private beginOn(
    pool: NodePool | undefined,
    shard: number,
    slot: number,
    template: RequestFrame,
    more: number,
  ): number {
    const connection = pool?.pick(shard);
    if (connection === undefined) return NO_HOST;
    const at = connection.begin(slot, template, this.tick, more);
    this.out = connection.writes.out;
    return at;
  }

  flush(): void {
    for (const pool of this.pools) pool.flush();
  }

  /** Runs a control query and answers all its rows. Throws ServerError, or the socket's error. */
  async query(cql: string, consistency: keyof typeof CONSISTENCY = 'LOCAL_ONE'): Promise<Row[]> {
    return queryAll(this.control(), cql, consistency, this.options.controlTimeoutMs);
  }

  /** Names without a keyspace mean this one, in everything that is prepared or asked from now on. */
  async use(keyspace: string): Promise<void> {
    this.used = keyspace;
    await Promise.all(this.pools.map((pool) => pool.use(keyspace)));
  }

  /** Prepares on one connection of every node; the id is the same on all. Throws ServerError. */
  async prepare(cql: string): Promise<PreparedStatement> {
    const connections = this.pools.map((pool) => pool.open[0]).filter((connection) => connection !== undefined);
    const prepared = await Promise.all(
      connections.map((connection) => prepareOn(connection, cql, this.options.controlTimeoutMs)),
    );
    const [statement] = prepared;
    if (!statement) throw new CodedError('TARGET_UNREACHABLE', 'no node of the target is connected');
    const movable = statement.table !== '' && connections.some(({ extensions }) => extensions.tablets);
    return movable ? { ...statement, tablets: this.tablets.of(statement.table) } : statement;
  }

  /** From now on keys of this keyspace are routed to their replicas. One node needs no routing. */
  async routeBy(keyspace: string): Promise<void> {
    this.keyspace = keyspace;
    const [row] = await this.query(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`,
    );
    const options = row?.['replication'];
    this.routes = options instanceof Map && (this.pools.length > 1 || this.pools.some((pool) => pool.isSharded));
    if (!(options instanceof Map) || !this.routes) return this.router.use(undefined);
    this.router.use(ringOf(this.nodes, options, this.options.localRack));
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.refresher.stop();
    this.leaving.close();
    for (const pool of this.pools) pool.close();
  }

  private pool(facts: NodeFacts, port: number, options: Partial<PoolOptions> = {}): NodePool {
    const all = { ...this.poolOptions, keyspace: this.used, ...options };
    return new NodePool(facts, port, all, this.options.handler, this.poolEvents);
  }

  private control(): Connection {
    const connection = this.pools.find((pool) => pool.open.length > 0)?.open[0];
    if (!connection) throw new CodedError('TARGET_UNREACHABLE', 'every connection to the target is lost');
    return connection;
  }

  private async discover(host: string, port: number): Promise<void> {
    const [local] = await this.query(`SELECT * FROM system.local WHERE key = 'local'`);
    const peers = await this.query('SELECT * FROM system.peers');
    this.clusterName = textOf(local?.['cluster_name']);
    const nodes = usableNodes(nodesOf(local ?? {}, peers, host), this.options);
    const kept = new Map(
      this.pools.filter((pool) => pool.facts.tokens.length > 0).map((pool) => [pool.facts.address, pool]),
    );
    this.pools
      .filter((pool) => !nodes.some((node) => node.address === pool.facts.address))
      .forEach((pool) => this.leaving.add(pool));
    this.tablets.clear();
    this.pools = nodes.map((facts) => kept.get(facts.address) ?? this.pool(facts, port));
  }

  private async openAll(): Promise<void> {
    const closed = this.pools.filter((pool) => pool.open.length === 0);
    const results = await Promise.allSettled(closed.map((pool) => pool.start()));
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected')
        this.options.log('warn', `node ${closed[index]?.address}: ${String(result.reason)}`);
    }
    for (const pool of this.pools) pool.startLater();
    const failed = results.find((result) => result.status === 'rejected');
    if (this.upNodes === 0 && failed) throw failed.reason;
    await this.listenForEvents();
  }

  /** One connection hears of nodes that come and go; when it is lost, another has to. */
  private async listenForEvents(): Promise<void> {
    if (this.listening && !this.listening.closed) return;
    const connection = this.control();
    await registerForEvents(connection, this.options.controlTimeoutMs);
    this.listening = connection;
  }

  private async refresh(): Promise<void> {
    const at = this.pools.find((pool) => pool.open.length > 0);
    const [contact] = this.options.contactPoints;
    if (!at || !contact) return;
    await this.discover(at.facts.address, contact.port);
    await this.openAll();
    if (this.keyspace !== undefined) await this.routeBy(this.keyspace);
  }

  private sweep(): void {
    this.tick++;
    this.preparer.forgetTries();
    if (this.listening?.closed === true && this.upNodes > 0) this.refresher.soon();
    for (const pool of [...this.pools, ...this.leaving.all])
      for (const connection of pool.open) keepAlive(connection, this.tick, this.patience);
    this.leaving.sweep();
    this.options.handler.onTurn();
  }
}
