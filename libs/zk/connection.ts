import type net from 'node:net';
import type { PieceCutter } from '#libs/wire/piece-cutter.js';
import { openSocket, type SocketEvents } from '#libs/wire/socket.js';
import { WriteBuffer } from '#libs/wire/write-buffer.js';
import type { ConnectionEvents, ConnectionOptions, Welcome } from './connection-options.js';
import type { HotHandler } from './hot-handler.js';
import { CONTROL, InFlight } from './in-flight.js';
import { JuteReader, MalformedAnswer } from './jute-reader.js';
import { packetAssembler } from './packet-assembler.js';
import { CODE, LENGTH_BYTES, OPCODE, REPLY_HEADER_BYTES, REQUEST_HEADER_BYTES, XID } from './protocol.js';
import type { PendingWatch } from './watch-book.js';
import { ZkError } from './zk-error.js';

/** What a read brings is handed on before the next one: all connections of a thread share the room for it. */
const RECEIVED = Buffer.allocUnsafeSlow(256 * 1024);

/** A control request that waits. */
interface Waiting {
  about: string;
  resolve(reader: JuteReader): void;
  reject(error: Error): void;
}

/**
 * One connection. Hot operations go through `begin` and come back through the handler; control requests are promises. What
 * is written leaves with `flush`.
 */
export class Connection implements SocketEvents {
  lateAnswers = 0;
  bytesReceived = 0;
  closed = false;
  /** The last transaction that this connection has seen: 64 bits in two halves. */
  zxidHigh = 0;
  zxidLow = 0;
  readonly writes: WriteBuffer;
  private readonly flights: InFlight;
  private readonly control = new Map<number, Waiting>();
  private readonly watches = new Map<number, PendingWatch>();
  private readonly logins: Waiting[] = [];
  private readonly assembler: PieceCutter;
  private greeting: Waiting | undefined;
  private flushing = false;

  private constructor(
    private readonly socket: net.Socket,
    private readonly handler: HotHandler,
    private readonly events: ConnectionEvents,
    { inFlight, maxAnswerBytes, sendBytes }: ConnectionOptions,
  ) {
    this.flights = new InFlight(inFlight);
    this.writes = new WriteBuffer(socket, sendBytes);
    this.assembler = packetAssembler(maxAnswerBytes, (buffer, start, end) => this.onPacket(buffer, start, end));
  }

  /** Connects the socket; nothing is said yet. Rejects with the socket's error. */
  static open(options: ConnectionOptions, handler: HotHandler, events: ConnectionEvents): Promise<Connection> {
    return openSocket(
      { ...options, receiveBuffer: RECEIVED },
      (socket) => new Connection(socket, handler, events, options),
    );
  }

  /** Sends the ConnectRequest; the first answer of a connection is its ConnectResponse. */
  greet(packet: Uint8Array): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      const read = (reader: JuteReader): Welcome => {
        reader.int();
        return { timeoutMs: reader.int(), sessionId: reader.long(), password: reader.bytes() };
      };
      this.greeting = { about: 'session', reject, resolve: (reader) => resolve(read(reader)) };
      this.writes.append(packet);
      this.writes.flush();
    });
  }

  /** True while it takes a control request. */
  get hasRoom(): boolean {
    return !this.closed && this.flights.hasRoom;
  }

  /**
   * Begins a hot operation: its header lies in `writes.out`, and its body of `bytes` bytes is to be written at the answered
   * offset. -1 when there is no room for it. `tick` is the present sweep.
   */
  begin(slot: number, opcode: number, bytes: number, tick: number, watch?: PendingWatch): number {
    const xid = this.flights.begin(slot, tick);
    if (xid < 0) return -1;
    if (watch) this.watches.set(xid, watch);
    return this.header(xid, opcode, bytes);
  }

  /** Sends a control request; answers its body, to be read at once. Rejects with ZkError, or when the connection is lost. */
  request<T>(
    opcode: number,
    body: Uint8Array,
    read: (reader: JuteReader) => T,
    { tick, about, watch }: { tick: number; about: string; watch?: PendingWatch | undefined },
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const xid = this.closed ? -1 : this.flights.begin(CONTROL, tick);
      if (xid < 0) return reject(new ZkError(CODE.CONNECTION_LOSS, `${about}: the connection takes no more requests`));
      if (watch) this.watches.set(xid, watch);
      this.control.set(xid, { about, reject, resolve: (reader) => resolve(read(reader)) });
      this.append(xid, opcode, body);
    });
  }

  /** Sends credentials; resolves when the server has taken them. */
  authenticate(body: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.logins.push({ about: 'authentication', resolve: () => resolve(), reject });
      this.append(XID.AUTH, OPCODE.AUTH, body);
    });
  }

  /** Sends what is answered by nobody's name: pings and watches to arm. */
  tell(xid: number, opcode: number, body: Uint8Array): void {
    this.append(xid, opcode, body);
  }

  /** Times out what was begun at or before sweep `tick`. */
  expire(tick: number): void {
    this.flights.expire(tick, (slot, xid) => this.fail(slot, xid, CODE.OPERATION_TIMEOUT, 'no answer in time'));
  }

  destroy(cause?: Error): void {
    this.socket.destroy(cause);
  }

  private header(xid: number, opcode: number, bytes: number): number {
    const at = this.writes.reserve(LENGTH_BYTES + REQUEST_HEADER_BYTES + bytes);
    const { out } = this.writes;
    out.writeInt32BE(REQUEST_HEADER_BYTES + bytes, at);
    out.writeInt32BE(xid, at + 4);
    out.writeInt32BE(opcode, at + 8);
    return at + LENGTH_BYTES + REQUEST_HEADER_BYTES;
  }

  /** Control requests of one turn leave together. */
  private append(xid: number, opcode: number, body: Uint8Array): void {
    const at = this.header(xid, opcode, body.length);
    this.writes.out.set(body, at);
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.writes.flush();
    });
  }

  receive(chunk: Buffer, length: number): void {
    if (this.closed) return;
    this.bytesReceived += length;
    try {
      this.assembler.receive(chunk, length);
    } catch (error) {
      // What a peer sends may be anything: an answer that cannot be read ends the connection, never the process.
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    this.events.turned();
    this.handler.onTurn();
  }

  private onPacket(buffer: Buffer, start: number, end: number): void {
    if (this.greeting) {
      const { greeting } = this;
      this.greeting = undefined;
      return settle(greeting, CODE.OK, new JuteReader(buffer, start, end));
    }
    if (end - start < REPLY_HEADER_BYTES) throw new MalformedAnswer('an answer without a whole header');
    const xid = buffer.readInt32BE(start);
    const code = buffer.readInt32BE(start + 12);
    const body = start + REPLY_HEADER_BYTES;
    if (code === CODE.SESSION_CLOSED_REQUIRE_SASL) this.destroy(new ZkError(code, 'the server wants a SASL login'));
    if (xid < 0) return this.onSpecial(xid, code, new JuteReader(buffer, body, end));
    this.seeZxid(buffer.readInt32BE(start + 4), buffer.readInt32BE(start + 8));
    if (xid !== this.flights.nextXid)
      throw new MalformedAnswer(`expected the answer of request ${this.flights.nextXid}, found that of ${xid}`);
    const slot = this.flights.end();
    if (this.watches.size > 0) this.settleWatch(xid, code);
    if (slot === CONTROL) this.onControl(xid, code, new JuteReader(buffer, body, end));
    else if (slot < 0) this.lateAnswers++;
    else if (code !== CODE.OK) this.handler.onFailure(slot, code);
    else this.onHot(slot, buffer, body, end);
  }

  private onHot(slot: number, buffer: Buffer, body: number, end: number): void {
    try {
      this.handler.onAnswer(slot, buffer, body, end);
    } catch (error) {
      // Its place is free already: nobody else would tell the slot that its answer cannot be read.
      this.handler.onFailure(slot, CODE.MARSHALLING_ERROR);
      throw error;
    }
  }

  private onControl(xid: number, code: number, reader: JuteReader): void {
    const waiting = this.control.get(xid);
    this.control.delete(xid);
    if (waiting) settle(waiting, code, reader);
  }

  private onSpecial(xid: number, code: number, reader: JuteReader): void {
    if (xid === XID.NOTIFICATION) return this.events.notified(reader);
    if (xid !== XID.AUTH) return;
    const login = this.logins.shift();
    if (login) settle(login, code, reader);
  }

  private seeZxid(high: number, low: number): void {
    if (high < 0 || (high === 0 && low === 0)) return;
    this.zxidHigh = high;
    this.zxidLow = low;
  }

  private settleWatch(xid: number, code: number): void {
    const watch = this.watches.get(xid);
    if (!watch) return;
    this.watches.delete(xid);
    this.events.watched(watch, code);
  }

  private fail(slot: number, xid: number, code: number, why: string): void {
    if (slot !== CONTROL) return this.handler.onFailure(slot, code);
    const waiting = this.control.get(xid);
    this.control.delete(xid);
    waiting?.reject(new ZkError(code, `${waiting.about}: ${why}`));
  }

  lost(cause: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.flights.clear((slot, xid) => this.fail(slot, xid, CODE.CONNECTION_LOSS, cause.message));
    this.greeting?.reject(cause);
    for (const login of this.logins) login.reject(cause);
    this.events.closed(cause);
    this.handler.onTurn();
  }
}

function settle(waiting: Waiting, code: number, reader: JuteReader): void {
  if (code !== CODE.OK) return waiting.reject(new ZkError(code, waiting.about));
  try {
    waiting.resolve(reader);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    waiting.reject(cause);
    throw cause;
  }
}
