import type net from 'node:net';
import { OUTCOMES } from '#libs/contract/outcome.js';
import { BodyReader } from './body-reader.js';
import { frameAssembler } from './frame-assembler.js';
import type { Answer, ConnectionEvents, ConnectionOptions } from './connection-options.js';
import { decompressFrame, type FrameCodec } from './frame-codec.js';
import type { HotHandler } from './hot-handler.js';
import { NO_EXTENSIONS, type Extensions } from './extensions.js';
import { ERROR_CODE, HEADER_BYTES, HEADER_FLAG, OPCODE, RESULT_KIND } from './protocol.js';
import { outcomeOf, readServerError } from './server-error.js';
import type { ShardMeter } from '#libs/stats/shard-meter.js';
import { CONTROL, LATE, StreamTable, UNKNOWN } from './stream-table.js';
import { TABLET_PAYLOAD } from './tablet-map.js';
import { openSocket, type SocketEvents } from '#libs/wire/socket.js';
import { WriteBuffer } from '#libs/wire/write-buffer.js';
import type { RequestFrame } from './request-frame.js';

const CLIENT_TIMEOUT = OUTCOMES.indexOf('clientTimeout');
const CONNECTION_LOST = OUTCOMES.indexOf('connectionLost');
const INVALID = OUTCOMES.indexOf('invalid');
const TIMEOUT_TEXT = 'no answer within the request timeout';

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * One connection of the wire engine. Hot operations go through `begin` and come back through the handler; control requests
 * are promises on stream ids of their own.
 */
export class Connection implements SocketEvents {
  lateAnswers = 0;
  bytesReceived = 0;
  closed = false;
  /** What the server offers; known after the handshake. */
  extensions: Extensions = NO_EXTENSIONS;
  /** Restores compressed answers; set before the server may send any. */
  codec: FrameCodec | undefined;
  /** Counts what the shard behind this connection answers; undefined: nobody counts. */
  meter: ShardMeter | undefined;
  readonly writes: WriteBuffer;
  readonly isTls: boolean;
  private readonly nowNs: () => number;
  private readonly streams: StreamTable;
  /** When each stream's request was begun, where a meter counts. */
  private readonly begunNs: Float64Array;
  /** When the bytes that are being read came. */
  private readNs = 0;
  private readonly templates: (RequestFrame | undefined)[] = [];
  private readonly control = new Map<number, Waiting>();
  private quietSweeps = 0;
  private heardBytes = 0;
  private readonly assembler = frameAssembler((buffer, start, end) => this.onFrame(buffer, start, end));

  private constructor(
    private readonly socket: net.Socket,
    private readonly handler: HotHandler,
    private readonly events: ConnectionEvents,
    { inFlight, nowNs, tls: secured }: ConnectionOptions,
  ) {
    this.streams = new StreamTable(inFlight);
    this.begunNs = new Float64Array(this.streams.size);
    this.nowNs = nowNs;
    this.isTls = secured !== undefined;
    this.writes = new WriteBuffer(socket);
  }

  /** Connects the socket; no CQL is spoken yet. Rejects with the socket's error. */
  static open(options: ConnectionOptions, handler: HotHandler, events: ConnectionEvents): Promise<Connection> {
    return openSocket(options, (socket) => new Connection(socket, handler, events, options));
  }

  get inFlight(): number {
    return this.streams.inFlight;
  }
  /** True while a control request waits for its answer. */
  get asked(): boolean {
    return this.control.size > 0;
  }
  /** Share of the stream ids that wait for late answers. */
  get orphanedShare(): number {
    return this.streams.orphans / this.streams.hot;
  }

  /**
   * Begins a hot operation: its frame lies in `writes.out` at the answered offset and wants its values, which may take
   * `more` bytes behind it. -2 when every stream id is in flight.
   */
  begin(slot: number, template: RequestFrame, tick: number, more: number): number {
    const stream = this.streams.take(slot, tick);
    if (stream < 0) return -2;
    this.templates[stream] = template;
    if (this.meter !== undefined) this.begunNs[stream] = this.nowNs();
    const { bytes } = template;
    const at = this.writes.reserve(bytes.length + more);
    const { out } = this.writes;
    out.set(bytes, at);
    if (more > 0) out.writeInt32BE(bytes.length - HEADER_BYTES + more, at + 5);
    out[at + 2] = stream >>> 8;
    out[at + 3] = stream;
    return at;
  }

  /** Sends a control frame and answers its response; rejects after `timeoutMs` or when the connection is lost. */
  request(frame: Buffer, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(new Error('the connection is closed'));
      const stream = this.streams.takeControl();
      if (stream < 0) return reject(new Error('every stream id is in flight'));
      const timer = setTimeout(() => {
        this.control.delete(stream);
        this.streams.giveUp(stream);
        reject(new Error(`${TIMEOUT_TEXT} of ${timeoutMs} ms`));
      }, timeoutMs);
      this.control.set(stream, {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      frame.writeInt16BE(stream, 2);
      this.writes.append(frame);
      this.writes.flush();
    });
  }

  /** Times out what was begun at or before sweep `tick`; true when there was any. */
  expire(tick: number): boolean {
    const { orphans } = this.streams;
    this.streams.expire(tick, (slot) => {
      this.meter?.failed();
      this.handler.onError(slot, CLIENT_TIMEOUT, TIMEOUT_TEXT);
    });
    return this.streams.orphans > orphans;
  }

  /** Called once in every sweep: how many sweeps ago the server was last heard of. */
  quiet(): number {
    this.quietSweeps = this.bytesReceived > this.heardBytes ? 0 : this.quietSweeps + 1;
    this.heardBytes = this.bytesReceived;
    return this.quietSweeps;
  }

  destroy(cause?: Error): void {
    this.socket.destroy(cause);
  }

  lost(cause: Error): void {
    if (this.closed) return;
    this.closed = true;
    for (const waiting of this.control.values()) waiting.reject(cause);
    this.control.clear();
    this.streams.clear((slot) => {
      this.meter?.failed();
      this.handler.onError(slot, CONNECTION_LOST, cause.message);
    });
    this.events.closed(cause);
    this.handler.onTurn();
  }

  receive(chunk: Buffer, length: number): void {
    if (this.closed) return;
    this.bytesReceived += length;
    if (this.meter !== undefined) this.readNs = this.nowNs();
    try {
      this.assembler.receive(chunk, length);
    } catch (error) {
      // What a peer sends may be anything: a frame that cannot be read ends the connection, never the process.
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    this.handler.onTurn();
  }

  private onFrame(buffer: Buffer, start: number, end: number): void {
    const stream = buffer.readInt16BE(start + 2);
    const opcode = buffer[start + 4] ?? 0;
    const flags = buffer[start + 1] ?? 0;
    if ((flags & HEADER_FLAG.COMPRESSION) !== 0) return this.onCompressed(buffer.subarray(start, end));
    const body = flags === 0 ? start + HEADER_BYTES : this.bodyAfterFlags(buffer, start, end, flags);
    if (stream < 0) return this.events.event(new BodyReader(buffer, body, end));
    const slot = this.streams.release(stream);
    if (slot >= 0) this.onHot(slot, stream, opcode, buffer, body, end);
    else if (slot === CONTROL) this.onControl(stream, opcode, buffer, body, end);
    else if (slot === LATE) this.lateAnswers++;
    else if (slot === UNKNOWN) throw new Error(`an answer came for stream ${stream}, which has no request`);
  }

  private onCompressed(packed: Buffer): void {
    if (this.codec === undefined) throw new Error('a compressed answer came, though no compression was agreed');
    const frame = decompressFrame(this.codec, packed);
    this.onFrame(frame, 0, frame.length);
  }

  private onHot(slot: number, stream: number, opcode: number, buffer: Buffer, body: number, end: number): void {
    try {
      if (opcode === OPCODE.RESULT) {
        this.meter?.answered(this.begunNs[stream] ?? 0, this.readNs);
        this.onResult(slot, buffer, body, end);
      } else if (opcode === OPCODE.ERROR) this.onError(slot, this.templates[stream], new BodyReader(buffer, body, end));
      else throw new Error(`expected a result or an error, found opcode ${opcode}`);
    } catch (error) {
      // Its stream is free already: nobody else would tell the slot that its answer cannot be read.
      this.handler.onError(slot, CONNECTION_LOST, `an answer could not be read: ${String(error)}`);
      throw error;
    }
  }

  private onResult(slot: number, buffer: Buffer, body: number, end: number): void {
    if (end - body < 4) throw new Error('a result without a kind');
    if (buffer.readInt32BE(body) === RESULT_KIND.ROWS) this.handler.onRows(slot, buffer, body + 4, end);
    else this.handler.onVoid(slot);
  }

  private onError(slot: number, template: RequestFrame | undefined, reader: BodyReader): void {
    const { rateLimitCode } = this.extensions;
    const error = readServerError(reader, rateLimitCode);
    const unprepared = error.code === ERROR_CODE.UNPREPARED;
    if (unprepared && template) return this.events.unprepared(slot, template);
    this.meter?.failed();
    this.handler.onError(slot, unprepared ? INVALID : outcomeOf(error, rateLimitCode), error.message);
  }

  private onControl(stream: number, opcode: number, buffer: Buffer, body: number, end: number): void {
    const waiting = this.control.get(stream);
    this.control.delete(stream);
    // The receive buffer is reused: what is read later is a copy.
    const copy = Buffer.from(buffer.subarray(body, end));
    waiting?.resolve({ opcode, reader: new BodyReader(copy, 0, copy.length) });
  }

  /** Skips what header flags put before the body: tracing id, warnings, custom payload (section 2.2 of the protocol). */
  private bodyAfterFlags(buffer: Buffer, start: number, end: number, flags: number): number {
    const reader = new BodyReader(buffer, start + HEADER_BYTES, end);
    if ((flags & HEADER_FLAG.TRACING) !== 0) reader.skip(16);
    if ((flags & HEADER_FLAG.WARNING) !== 0)
      for (let left = reader.short(); left > 0; left--) reader.skip(reader.short());
    if ((flags & HEADER_FLAG.CUSTOM_PAYLOAD) !== 0) this.readPayload(reader, buffer.readInt16BE(start + 2));
    return reader.position;
  }

  private readPayload(reader: BodyReader, stream: number): void {
    for (let left = reader.short(); left > 0; left--) {
      const name = reader.string();
      const bytes = reader.bytes();
      const template = this.templates[stream];
      if (name === TABLET_PAYLOAD && bytes && template) this.events.tablet(template, bytes);
    }
  }
}
