import { ERROR_CODE, OPCODE, RESULT_KIND } from '#libs/cql/protocol.js';
import { CqlError, invalid, protocolError } from '../cql-error.js';
import type { Plan } from '../plan/environment.js';
import { writeError } from '../wire/error-frame.js';
import type { Outbox } from '../wire/outbox.js';
import { RequestReader } from '../wire/request-reader.js';
import { BatchReader } from './batch-reader.js';
import { authResponse, register, startup, supported } from './handshake.js';
import { unprepared, writePrepared } from './prepared.js';
import type { Session, Stage } from './session.js';

type Handle = (reader: RequestReader) => void;

/** Which requests each stage of a connection takes; others are protocol errors. */
const ALLOWED: Record<Stage, readonly number[] | null> = {
  new: [OPCODE.OPTIONS, OPCODE.STARTUP],
  authenticating: [OPCODE.OPTIONS, OPCODE.AUTH_RESPONSE],
  ready: null,
};

const EXPECTED: Record<Stage, string> = {
  new: 'expecting STARTUP or OPTIONS',
  authenticating: 'needs authentication through SASL',
  ready: '',
};

/** Answers the requests of one connection into its outbox: one frame for each. */
export class RequestHandler {
  private readonly reader = new RequestReader();
  private readonly batch = new BatchReader();
  private readonly handlers: ReadonlyMap<number, Handle>;
  private stream = 0;

  constructor(
    private readonly session: Session,
    private readonly out: Outbox,
  ) {
    this.handlers = new Map<number, Handle>([
      [OPCODE.OPTIONS, () => this.reply(OPCODE.SUPPORTED, () => supported(out, session))],
      [OPCODE.STARTUP, (reader) => this.answerLater((body) => startup(reader, body, session))],
      [OPCODE.AUTH_RESPONSE, (reader) => this.answerLater((body) => authResponse(reader, body, session))],
      [OPCODE.REGISTER, (reader) => this.reply(OPCODE.READY, () => register(reader, session))],
      [OPCODE.QUERY, (reader) => this.query(reader)],
      [OPCODE.PREPARE, (reader) => this.prepare(reader)],
      [OPCODE.EXECUTE, (reader) => this.execute(reader)],
      [OPCODE.BATCH, (reader) => this.runBatch(reader)],
    ]);
  }

  /** Writes the answer to the request whose body starts at `body`. An ERROR frame is an answer too; nothing throws. */
  handle(opcode: number, stream: number, buffer: Buffer, body: number, end: number): void {
    this.stream = stream;
    const mark = this.out.length;
    try {
      const allowed = ALLOWED[this.session.stage];
      if (allowed && !allowed.includes(opcode)) {
        throw protocolError(`Unexpected message of opcode ${opcode}, ${EXPECTED[this.session.stage]}`);
      }
      const handle = this.handlers.get(opcode);
      if (!handle) throw protocolError(`Unknown opcode ${opcode}`);
      handle(this.reader.reset(buffer, body, end));
    } catch (cause) {
      this.out.truncate(mark);
      this.fail(stream, cause);
    }
  }

  fail(stream: number, cause: unknown): void {
    const error = cause instanceof CqlError ? cause : new CqlError(ERROR_CODE.SERVER, String(cause));
    this.session.cluster.counters.error(error.code);
    writeError(this.out, stream, error);
  }

  private reply(opcode: number, write: () => void): void {
    this.out.begin(this.stream, opcode);
    write();
    this.out.end();
  }

  /** For answers whose opcode depends on the request: the opcode is patched in after the body was written. */
  private answerLater(write: (out: Outbox) => number): void {
    this.out.begin(this.stream, OPCODE.READY);
    this.out.setOpcode(write(this.out));
    this.out.end();
  }

  private query(reader: RequestReader): void {
    const { session } = this;
    const text = reader.longString();
    session.parameters.read(reader);
    this.run(session.statements.query(text, session.keyspace));
  }

  private prepare(reader: RequestReader): void {
    const { session } = this;
    const prepared = session.statements.prepare(reader.longString(), session.keyspace);
    this.reply(OPCODE.RESULT, () => {
      this.out.int32(RESULT_KIND.PREPARED);
      writePrepared(this.out, prepared);
    });
  }

  private execute(reader: RequestReader): void {
    const { session } = this;
    const prepared = session.statements.prepared.find(reader.buffer, reader.at);
    const idAt = reader.at + 2;
    reader.take(2 + reader.buffer.readUInt16BE(reader.at));
    if (!prepared) throw unprepared(Buffer.from(reader.buffer.subarray(idAt, reader.at)));
    session.parameters.read(reader);
    this.run(prepared.plan);
  }

  private run(plan: Plan): void {
    const { bound } = this.session.parameters;
    bound.arrange(plan.variables);
    if (bound.count !== plan.variables.length) {
      throw invalid(`there were ${plan.variables.length} markers(?) in CQL but ${bound.count} bound variables`);
    }
    const call = this.session.begin();
    this.out.begin(this.stream, OPCODE.RESULT);
    plan.run(call);
    this.out.end();
  }

  private runBatch(reader: RequestReader): void {
    const { session } = this;
    this.batch.read(reader, session);
    const call = session.begin();
    this.out.begin(this.stream, OPCODE.RESULT);
    this.batch.run(call);
    this.out.end();
  }
}
