import { CodedError } from '#libs/contract/coded-error.js';
import { textOf } from './column-type.js';
import { askHeartbeat as heartbeat, prepareOn, queryAll, registerForEvents } from './control.js';
import type { Connection } from './connection.js';
import { hashToken, tokenHigh, tokenLow } from './murmur3.js';
import { NodePool, type PoolEvents, type PoolOptions } from './node-pool.js';
import type { PreparedStatement } from './prepared.js';
import { Preparer } from './preparer.js';
import type { CONSISTENCY } from './protocol.js';
import type { Row } from './result.js';
import { Ring } from './ring.js';
import type { SessionOptions } from './session-options.js';
import { nodesOf, replicationOf, usableNodes, type NodeFacts } from './topology.js';
import type { RequestFrame } from './request-frame.js';

const SWEEPS_PER_TIMEOUT = 20;
const SHORTEST_SWEEP_MS = 5;
const HEARTBEAT_MS = 30_000;
/** Beyond this share of stream ids waiting for late answers a connection is replaced. */
const ORPHANED_LIMIT = 0.25;
const REFRESH_AFTER_MS = 1_000;
const EVERYWHERE = new Int32Array(0);

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
  private ring: Ring | undefined;
  private keyspace: string | undefined;
  private used: string | undefined;
  private replicas: Int32Array = EVERYWHERE;
  private turn = 0;
  private tick = 0;
  private readonly sweepMs: number;
  private sweeper: NodeJS.Timeout | undefined;
  private refreshing: NodeJS.Timeout | undefined;
  private listening: Connection | undefined;
  private readonly preparer: Preparer;
  private readonly poolOptions: PoolOptions;
  private readonly poolEvents: PoolEvents;

  private constructor(private readonly options: SessionOptions) {
    this.sweepMs = Math.max(SHORTEST_SWEEP_MS, options.requestTimeoutMs / SWEEPS_PER_TIMEOUT);
    this.preparer = new Preparer(options.handler, options.controlTimeoutMs);
    this.poolOptions = {
      connectTimeoutMs: options.connectTimeoutMs,
      controlTimeoutMs: options.controlTimeoutMs,
      tls: options.tls,
      inFlight: options.inFlightPerConnection,
      credentials: options.credentials,
      connections: options.connectionsPerNode,
      random: Math.random,
    };
    this.poolEvents = {
      log: options.log,
      event: () => this.refreshSoon(),
      unprepared: (connection, slot, frame) => void this.preparer.again(connection, slot, frame),
    };
  }

  /** Connects to the first contact point that answers, then to every node it tells of. Throws CodedError TARGET_*. */
  static async connect(options: SessionOptions): Promise<WireSession> {
    const session = new WireSession(options);
    const problems: CodedError[] = [];
    for (const { host, port } of options.contactPoints) {
      const probe = session.pool({ address: host, datacenter: '', rack: '', releaseVersion: '', tokens: [] }, port, 1);
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
    const refused = problems.find((problem) => problem.code !== 'TARGET_UNREACHABLE') ?? problems[0];
    const message = problems.map((problem) => problem.message).join('; ');
    throw new CodedError(refused?.code ?? 'TARGET_UNREACHABLE', message || 'no contact point was given', [], {
      cause: problems[0],
    });
  }

  get nodes(): NodeFacts[] {
    return this.pools.map((pool) => pool.facts);
  }
  get upNodes(): number {
    return this.pools.filter((pool) => pool.open.length > 0).length;
  }
  totals(): Record<'bytesSent' | 'bytesReceived' | 'lateAnswers', number> {
    const all = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };
    for (const pool of this.pools) pool.addTotals(all);
    return all;
  }

  /** Computes which nodes hold the key; the next `begin` goes to one of them. */
  route(key: Uint8Array, at: number, length: number): void {
    hashToken(key, at, length);
    this.replicas = this.ring?.lookup(tokenHigh(), tokenLow()) ?? EVERYWHERE;
  }

  /** The same for a token. */
  routeToken(token: bigint): void {
    this.replicas = this.ring?.lookup(Number(token >> 32n), Number(token & 0xffffffffn) | 0) ?? EVERYWHERE;
  }

  /**
   * Begins an operation whose frame is followed by `more` bytes of values; answers the frame's offset in `out`, NO_HOST or
   * ALL_FULL. Hot: nothing is allocated.
   */
  begin(slot: number, template: RequestFrame, more = 0): number {
    const { replicas, pools } = this;
    this.turn = (this.turn + 1) & 0xffff;
    let full = false;
    for (let step = 0; step < replicas.length; step++) {
      const at = this.beginOn(pools[replicas[(this.turn + step) % replicas.length] ?? 0], slot, template, more);
      if (at >= 0) return at;
      full ||= at === ALL_FULL;
    }
    for (let step = 0; step < pools.length; step++) {
      const at = this.beginOn(pools[(this.turn + step) % pools.length], slot, template, more);
      if (at >= 0) return at;
      full ||= at === ALL_FULL;
    }
    return full ? ALL_FULL : NO_HOST;
  }

  private beginOn(pool: NodePool | undefined, slot: number, template: RequestFrame, more: number): number {
    const connection = pool?.pick();
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
    return statement;
  }

  /** From now on keys of this keyspace are routed to their replicas. One node needs no routing. */
  async routeBy(keyspace: string): Promise<void> {
    this.keyspace = keyspace;
    const [row] = await this.query(
      `SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '${keyspace}'`,
    );
    const options = row?.['replication'];
    if (!(options instanceof Map) || this.pools.length < 2) {
      this.routes = false;
      this.replicas = EVERYWHERE;
      return;
    }
    const nodes = this.pools.map(({ facts }, index) => ({
      index,
      datacenter: facts.datacenter,
      rack: facts.rack,
      tokens: facts.tokens,
    }));
    this.ring = new Ring(nodes, replicationOf(options, [...new Set(nodes.map((node) => node.datacenter))]));
    this.routes = true;
  }

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    clearTimeout(this.refreshing);
    for (const pool of this.pools) pool.close();
  }

  private pool(facts: NodeFacts, port: number, connections = this.options.connectionsPerNode): NodePool {
    return new NodePool(
      facts,
      port,
      { ...this.poolOptions, connections, keyspace: this.used },
      this.options.handler,
      this.poolEvents,
    );
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
      .forEach((pool) => pool.close());
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

  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      this.refresh().catch((error: unknown) =>
        this.options.log('warn', `could not read the topology anew: ${String(error)}`),
      );
    }, REFRESH_AFTER_MS);
    this.refreshing.unref();
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
    if (this.listening?.closed === true && this.upNodes > 0) this.refreshSoon();
    const beats = this.tick % Math.max(1, Math.round(HEARTBEAT_MS / this.sweepMs)) === 0;
    for (const pool of this.pools) {
      for (const connection of pool.open) {
        if (this.tick > SWEEPS_PER_TIMEOUT) connection.expire(this.tick - SWEEPS_PER_TIMEOUT - 1);
        if (connection.orphanedShare > ORPHANED_LIMIT) connection.destroy(new Error('too many answers are overdue'));
        else if (beats && connection.inFlight === 0) {
          heartbeat(connection, this.options.controlTimeoutMs).catch((error: unknown) => {
            connection.destroy(error instanceof Error ? error : new Error(String(error)));
          });
        }
      }
    }
    this.options.handler.onTurn();
  }
}
