import type { Socket } from 'node:net';
import { HEADER_BYTES, HEADER_FLAG, OPCODE, REQUEST_V4 } from '#libs/cql/protocol.js';
import { protocolError } from '../cql-error.js';
import { packFrames, unpackFrame, type FrameCompression } from '../wire/frame-compression.js';
import { FrameSplitter, type FrameSink } from '../wire/frame-splitter.js';
import { Outbox } from '../wire/outbox.js';
import type { Cluster, Member } from './cluster.js';
import { VOID_FRAME, writeNullAnswer } from './null-answers.js';
import { RequestHandler, type Link } from './request-handler.js';
import { Session } from './session.js';
import type { Statements } from './statements.js';

/** Where the kind and the id of the first statement stand in the body of a BATCH, and the kind of a prepared one. */
const BATCH_FIRST_KIND_AT = 3;
const BATCH_FIRST_ID_AT = 4;
const BATCH_FIRST_ID_END = 22;
const PREPARED_KIND = 1;

/** A client that reads too slowly is not read from until its answers have left. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** One client: its socket, its session and its answers on the way out. */
export class ClientConnection implements FrameSink, Link {
  readonly session: Session;
  private readonly out = new Outbox();
  private readonly splitter = new FrameSplitter(this);
  private readonly handler: RequestHandler;
  private readonly isTls: boolean;
  private isCut = false;
  /** Of answers: the one that STARTUP asked for, from the answers after its own on. */
  private compression: FrameCompression | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly cluster: Cluster,
    member: Member,
    statements: Statements,
    shard: number,
  ) {
    this.session = new Session(cluster, member, statements, shard, this.out);
    this.handler = new RequestHandler(this.session, this.out, this);
    this.isTls = 'encrypted' in socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('drain', () => socket.resume());
    // A client that goes away is no event of ours: 'close' follows.
    socket.on('error', () => undefined);
  }

  private receive(chunk: Buffer): void {
    if (this.isCut) return;
    this.cluster.counters.bytesIn += chunk.length;
    // Answers that were held back and are due now go first.
    if (!this.cluster.faults.isIdle) this.cluster.faults.release();
    this.splitter.push(chunk);
    this.flush();
  }

  frame(buffer: Buffer, start: number, bodyBytes: number): boolean {
    const stream = buffer.readInt16BE(start + 2);
    const version = buffer.readUInt8(start);
    if (version !== REQUEST_V4) return this.refuse(stream, unsupportedVersion(version));
    if ((buffer.readUInt8(start + 1) & HEADER_FLAG.COMPRESSION) !== 0) {
      const { compression } = this.session;
      if (compression === undefined)
        return this.refuse(stream, 'Compressed frame without compression agreed in STARTUP');
      const whole = unpackFrame(compression, buffer.subarray(start, start + HEADER_BYTES + bodyBytes));
      if (whole === undefined) return this.refuse(stream, 'Compressed frame that cannot be restored');
      return this.carryOut(whole, 0, whole.length - HEADER_BYTES);
    }
    return this.carryOut(buffer, start, bodyBytes);
  }

  private carryOut(buffer: Buffer, start: number, bodyBytes: number): boolean {
    const opcode = buffer.readUInt8(start + 4);
    const stream = buffer.readInt16BE(start + 2);
    const body = start + HEADER_BYTES;
    this.cluster.counters.request(opcode);
    if (this.cluster.isNull && opcode === OPCODE.EXECUTE && bodyBytes > 2) {
      const prepared = this.session.statements.prepared.find(buffer, body);
      if (prepared?.nullAnswers) {
        const { faults, locality } = this.cluster;
        if (faults.isIdle && !locality) writeNullAnswer(this.out, prepared.nullAnswers, stream, buffer, body);
        else this.handler.handleNull(prepared, prepared.nullAnswers, stream, buffer, body, body + bodyBytes);
        return !this.isCut;
      }
    }
    if (this.isNullBatch(opcode, buffer, body, bodyBytes)) this.out.frame(VOID_FRAME, stream);
    else this.handler.handle(opcode, stream, buffer, body, body + bodyBytes);
    return !this.isCut;
  }

  /** A batch whose answer is known by its first statement, which has to be a prepared one that is known. */
  private isNullBatch(opcode: number, buffer: Buffer, body: number, bodyBytes: number): boolean {
    const { isNull, faults, locality } = this.cluster;
    if (!isNull || opcode !== OPCODE.BATCH || !faults.isIdle || locality !== null) return false;
    if (bodyBytes < BATCH_FIRST_ID_END || buffer[body + BATCH_FIRST_KIND_AT] !== PREPARED_KIND) return false;
    const first = this.session.statements.prepared.find(buffer, body + BATCH_FIRST_ID_AT);
    return first !== undefined && first.nullAnswers !== null;
  }

  oversized(bodyBytes: number): void {
    this.refuse(0, `Frame of ${bodyBytes} bytes is longer than allowed`);
  }

  /** Answers with a protocol error and ends the connection, as a real server does. */
  private refuse(stream: number, message: string): false {
    this.handler.fail(stream, protocolError(message));
    this.cut();
    return false;
  }

  /** Sends an event soon: perhaps an answer is being written just now, and a frame must not be cut in two. */
  pushEvent(frame: Buffer): void {
    setImmediate(() => {
      this.push(frame);
      this.flush();
    });
  }

  /** Queues a whole frame made elsewhere; never while an answer is being written. */
  push(frame: Buffer): void {
    this.out.raw(frame);
  }

  flush(): void {
    const { socket, out } = this;
    if (out.length === 0) return;
    const { compression } = this;
    const bytes = compression === undefined ? out.gathered() : packFrames(compression, out.gathered());
    this.cluster.counters.bytesOut += bytes.length;
    if (socket.writable) socket.write(bytes);
    // A plain socket that has nothing queued has given all bytes to the kernel, and the buffer is free again.
    out.clear((!this.isTls && socket.writableLength === 0) || compression !== undefined);
    this.compression = this.session.compression;
    if (socket.writableLength > MAX_UNSENT_BYTES) socket.pause();
  }

  /** Ends the connection after the answers so far have left. */
  cut(): void {
    this.isCut = true;
    this.flush();
    this.socket.destroySoon();
  }

  destroy(): void {
    this.isCut = true;
    this.socket.destroy();
  }
}

function unsupportedVersion(version: number): string {
  return `Invalid or unsupported protocol version (${version & 0x7f}); supported versions are (4/v4)`;
}
