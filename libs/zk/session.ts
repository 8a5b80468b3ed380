import { setTimeout as sleep } from 'node:timers/promises';
import { connectProblem, isRefusal } from './connect-problem.js';
import { type ConnectString, innerPath, parseConnectString, type ServerAddress } from './connect-string.js';
import { Connection } from './connection.js';
import { type HotHandler, NO_HANDLER } from './hot-handler.js';
import type { JuteReader } from './jute-reader.js';
import { armWatches, credentialsBody, greetingPacket, loginBySasl } from './login.js';
import { CODE, EVENT_TYPES, type EventType, OPCODE } from './protocol.js';
import { Pulse } from './pulse.js';
import { RequestQueue } from './request-queue.js';
import type { Credentials, SessionEvents, SessionOptions, SessionTotals } from './session-options.js';
import { type PendingWatch, WatchBook } from './watch-book.js';
import { ZkError } from './zk-error.js';

const SWEEPS_PER_TIMEOUT = 20;
const SHORTEST_SWEEP_MS = 5;
const CONNECT_TIMEOUT_MS = 5_000;
const OPEN_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const IN_FLIGHT = 1024;
const SEND_BYTES = 256 * 1024;
const PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
const NOBODY = Buffer.alloc(16);
const EMPTY = new Uint8Array();
const EVENT_BY_NUMBER: Readonly<Record<number, EventType>> = EVENT_TYPES;

/**
 * One session: its connection is made anew when it is lost, at whatever server, with the watches armed again; when the server
 * has forgotten the session, a new one is begun. Operations on a lost connection fail with CONNECTION_LOSS: whether they
 * were carried out nobody knows.
 */
export class Session {
  readonly chroot: string;
  /** The sweep that is on; 20 in an operation's timeout or half a session's. */
  tick = 0;
  /** The present connection; undefined while there is none. */
  connection: Connection | undefined;
  /** Its end was asked for, or its credentials were refused. */
  ended = false;
  id = 0n;
  /** What the server has agreed to. */
  timeoutMs = 0;
  /** Whoever knows it and the id can take the session over. */
  password: Buffer = NOBODY;
  private zxid = 0n;
  private readonly servers: readonly ServerAddress[];
  private readonly credentials: Credentials[];
  private readonly watches = new WatchBook();
  private readonly queue = new RequestQueue();
  private pulse: Pulse | undefined;
  private readonly sweepMs: number;
  private readonly sweeper: NodeJS.Timeout;
  private readonly random: () => number;
  private nextServer = 0;
  /** Of connections that are gone. */
  private past: SessionTotals = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };

  private constructor(
    private readonly options: SessionOptions,
    { servers, chroot }: ConnectString,
    private readonly handler: HotHandler,
    private readonly events: SessionEvents,
  ) {
    this.chroot = chroot;
    this.random = options.random ?? Math.random;
    this.servers = shuffled(servers, this.random);
    this.credentials = [...(options.credentials ?? [])];
    const shortestMs = Math.min(options.operationTimeoutMs, options.sessionTimeoutMs / 2);
    this.sweepMs = Math.max(SHORTEST_SWEEP_MS, shortestMs / SWEEPS_PER_TIMEOUT);
    this.sweeper = setInterval(() => this.sweep(), this.sweepMs);
    this.sweeper.unref();
  }

  /** Opens a session at any server. Throws CodedError when none gives one in time, RangeError for a wrong connect string. */
  static async open(options: SessionOptions, handler = NO_HANDLER, events: SessionEvents = {}): Promise<Session> {
    const session = new Session(options, parseConnectString(options.connectString), handler, events);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
    }, options.openTimeoutMs ?? OPEN_TIMEOUT_MS);
    try {
      await session.connect(() => timedOut);
      return session;
    } catch (error) {
      session.end();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the session at the server, and with it its ephemeral znodes. */
  async close(): Promise<void> {
    const { connection } = this;
    if (this.ended) return;
    this.end();
    if (!connection || connection.closed) return;
    const request = { tick: this.tick, about: 'close' };
    const answered = connection.request(OPCODE.CLOSE_SESSION, EMPTY, () => {}, request).catch(() => {});
    const stop = new AbortController();
    await Promise.race([answered, sleep(CLOSE_TIMEOUT_MS, undefined, { signal: stop.signal }).catch(() => {})]);
    stop.abort();
    connection.destroy();
  }

  /** Over all connections that the session has had. */
  get totals(): SessionTotals {
    const { past, connection } = this;
    if (connection === undefined) return past;
    return {
      bytesSent: past.bytesSent + connection.writes.bytesSent,
      bytesReceived: past.bytesReceived + connection.bytesReceived,
      lateAnswers: past.lateAnswers + connection.lateAnswers,
    };
  }

  /** Begins a hot operation; see Connection.begin. -1 while there is no connection. */
  begin(slot: number, opcode: number, bytes: number, watch?: PendingWatch): number {
    const { connection } = this;
    return connection === undefined ? -1 : connection.begin(slot, opcode, bytes, this.tick, watch);
  }

  /** Sends what hot operations have begun. */
  flush(): void {
    this.connection?.writes.flush();
  }

  /**
   * Sends a control request, in the order of the calls; without a connection, or room on it, it waits as long as an
   * operation may take. Rejects with ZkError.
   */
  request<T>(
    opcode: number,
    body: Uint8Array,
    read: (reader: JuteReader) => T,
    { about, watch }: { about: string; watch?: PendingWatch | undefined },
  ): Promise<T> {
    const { connection, tick } = this;
    if (connection && this.queue.isEmpty && connection.hasRoom)
      return connection.request(opcode, body, read, { tick, about, watch });
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new ZkError(CODE.SESSION_EXPIRED, `${about}: the session is closed`));
      const send = (opened: Connection): void => {
        opened.request(opcode, body, read, { tick: this.tick, about, watch }).then(resolve, reject);
      };
      this.queue.add({ send, reject, about, tick });
    });
  }

  /**
   * Adds credentials to this connection and all later ones; without a connection it resolves at once. Rejects with ZkError
   * AUTH_FAILED, which ends the session.
   */
  async addCredentials(credentials: Credentials): Promise<void> {
    this.credentials.push(credentials);
    await this.connection?.authenticate(credentialsBody(credentials));
  }

  /** Path to show to whoever asked below the chroot. */
  readonly shown = (path: string): string => innerPath(this.chroot, path);

  /** Tries server after server until one gives a session, `isOver` says so or the credentials are refused. */
  private async connect(isOver: () => boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const server = this.servers[this.nextServer++ % this.servers.length];
      if (server === undefined) throw new RangeError('a connect string without servers');
      const name = `${server.host}:${server.port}`;
      try {
        // A server that has forgotten the session is asked for a new one at once.
        while (!(await this.establish(server, name)));
        return;
      } catch (error) {
        if (this.ended || isRefusal(error) || isOver()) throw connectProblem(name, error);
      }
      if (attempt % this.servers.length === 0) await this.pause(attempt / this.servers.length);
    }
  }

  private pause(round: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** Math.min(round, 10));
    return sleep(longest * (0.5 + this.random() / 2));
  }

  /** One attempt at one server; false when the session has expired. */
  private async establish({ host, port }: ServerAddress, name: string): Promise<boolean> {
    const { sessionTimeoutMs, connectTimeoutMs = CONNECT_TIMEOUT_MS, inFlight = IN_FLIGHT, sasl } = this.options;
    const { maxAnswerBytes = MAX_ANSWER_BYTES, sendBytes = SEND_BYTES, tls } = this.options;
    const opened = await Connection.open(
      { host, port, connectTimeoutMs, inFlight, maxAnswerBytes, sendBytes, tls },
      this.handler,
      {
        closed: (cause) => this.lost(opened, cause),
        notified: (reader) => this.notified(reader),
        watched: (watch, code) => this.watches.answered(watch, code),
        turned: () => this.queue.sendOn(opened),
      },
    );
    const timer = setTimeout(
      () => opened.destroy(new Error(`no session within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    try {
      const packet = greetingPacket({ id: this.id, password: this.password }, this.zxid, sessionTimeoutMs);
      const { timeoutMs, sessionId, password } = await opened.greet(packet);
      if (timeoutMs <= 0) {
        this.forget();
        opened.destroy();
        return false;
      }
      const kept = this.id === sessionId;
      this.id = sessionId;
      this.password = password;
      this.timeoutMs = timeoutMs;
      await this.logIn(opened, sasl);
      if (this.ended || opened.closed) throw new Error('the connection was closed');
      this.use(opened, name, kept);
      return true;
    } catch (error) {
      opened.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** All that must be said before the first operation; the answers are waited for. */
  private async logIn(connection: Connection, sasl: SessionOptions['sasl']): Promise<void> {
    if (sasl) await loginBySasl(connection, sasl, this.tick);
    await Promise.all(this.credentials.map((one) => connection.authenticate(credentialsBody(one))));
  }

  private use(connection: Connection, server: string, kept: boolean): void {
    this.connection = connection;
    this.pulse = new Pulse(connection, this.tick);
    armWatches(connection, this.watches.batches(), this.zxid);
    this.queue.sendOn(connection);
    this.events.connected?.({ server, sessionId: this.id, kept, watches: this.watches.size });
    this.handler.onTurn();
  }

  private lost(connection: Connection, cause: Error): void {
    const { zxidHigh, zxidLow } = connection;
    const seen = (BigInt(zxidHigh) << 32n) | BigInt(zxidLow >>> 0);
    if (seen > this.zxid) this.zxid = seen;
    if (this.connection !== connection) return;
    this.past = this.totals;
    this.connection = undefined;
    if (this.ended) return;
    this.events.disconnected?.(cause);
    if (isRefusal(cause)) return this.refuse(cause);
    this.connect(() => false).catch((error: unknown) => this.refuse(error));
  }

  private refuse(error: unknown): void {
    if (this.ended) return;
    this.end();
    this.events.refused?.(error instanceof Error ? error : new Error(String(error)));
  }

  /** The session has expired. */
  private forget(): void {
    const { id } = this;
    if (id === 0n) throw new Error('the server gives nobody a session');
    this.id = 0n;
    this.password = NOBODY;
    this.watches.expire(this.shown);
    this.events.expired?.(id);
  }

  private end(): void {
    this.ended = true;
    this.connection = undefined;
    clearInterval(this.sweeper);
    this.queue.refuseAll(CODE.SESSION_EXPIRED, 'the session is closed');
  }

  private notified(reader: JuteReader): void {
    const type = EVENT_BY_NUMBER[reader.int()];
    reader.int();
    const path = reader.string();
    if (type !== undefined) this.watches.tell(type, path, this.shown(path));
  }

  /** Times out what is overdue, and keeps the connection alive. */
  private sweep(): void {
    const { connection, sweepMs } = this;
    const began = ++this.tick - Math.ceil(this.options.operationTimeoutMs / sweepMs) - 1;
    const code = connection ? CODE.OPERATION_TIMEOUT : CODE.CONNECTION_LOSS;
    this.queue.refuseBefore(began, code, 'it could not be sent in time');
    if (!connection) return;
    if (began >= 0) connection.expire(began);
    this.pulse?.beat(this.tick, this.timeoutMs / sweepMs);
  }
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, order: random() }))
    .sort((left, right) => left.order - right.order)
    .map(({ one }) => one);
}
