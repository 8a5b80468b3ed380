import { ERROR_CODE, HEADER_FLAG, OPCODE, RESULT_KIND } from '#libs/cql/protocol.js';
import { CqlError, invalid, protocolError } from '../cql-error.js';
import type { Receiver } from '../faults/fault-runner.js';
import type { Verdict } from '../faults/verdict.js';
import type { Plan } from '../plan/environment.js';
import { writeTabletPayload } from '../placement/tablet-payload.js';
import type { BoundValues } from '../wire/bound-values.js';
import { writeError } from '../wire/error-frame.js';
import type { Outbox } from '../wire/outbox.js';
import { RequestReader } from '../wire/request-reader.js';
import { BatchReader } from './batch-reader.js';
import { authResponse, register, startup, supported } from './handshake.js';
import type { Arrival } from './locality.js';
import { writeNullAnswer, type NullAnswers } from './null-answers.js';
import { unprepared, writePrepared, type Prepared } from './prepared.js';
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

/** The connection, as far as faults need it. */
export interface Link extends Receiver {
  cut(): void;
}

/** [short bytes] id: where the consistency of an EXECUTE stands in its body. */
const EXECUTE_CONSISTENCY_AT = 2 + 16;

const isOperation = (opcode: number): boolean =>
  opcode === OPCODE.QUERY || opcode === OPCODE.EXECUTE || opcode === OPCODE.BATCH;

/** Answers the requests of one connection into its outbox: one frame for each. */
export class RequestHandler {
  private readonly reader = new RequestReader();
  private readonly batch = new BatchReader();
  private readonly handlers: ReadonlyMap<number, Handle>;
  private stream = 0;
  private opcode = 0;
  /** Where the request should have gone; null when that is not known. */
  private arrival: Arrival | null = null;
  /** What the fault script says about the request being worked on; null when it was not asked. */
  private verdict: Verdict | null = null;

  constructor(
    private readonly session: Session,
    private readonly out: Outbox,
    private readonly link: Link,
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

  /** Answers the request whose body starts at `body`. An ERROR frame is an answer too; nothing throws. */
  handle(opcode: number, stream: number, buffer: Buffer, body: number, end: number): void {
    this.stream = stream;
    this.opcode = opcode;
    this.verdict = null;
    this.arrival = null;
    const mark = this.out.length;
    try {
      const allowed = ALLOWED[this.session.stage];
      if (allowed && !allowed.includes(opcode)) {
        throw protocolError(`Unexpected message of opcode ${opcode}, ${EXPECTED[this.session.stage]}`);
      }
      const handle = this.handlers.get(opcode);
      if (!handle) throw protocolError(`Unknown opcode ${opcode}`);
      if (!isOperation(opcode)) this.judge(null, 0);
      handle(this.reader.reset(buffer, body, end));
      const error = this.appliedError();
      if (error) throw error;
    } catch (cause) {
      this.out.truncate(mark);
      this.fail(stream, cause);
    }
    this.settle(mark);
  }

  /** Asks the fault script; an error that keeps the statement from being carried out is thrown. */
  judge(plan: Plan | null, consistency: number): void {
    const { cluster } = this.session;
    if (cluster.faults.isIdle) return;
    // The engine uses one verdict over and over; it holds until the next request.
    const shard = this.arrival?.shard ?? this.session.shard;
    this.verdict = cluster.faults.decide(this.session.describe(this.opcode, plan, consistency, shard));
    if (this.verdict.error && !this.verdict.isApplied) throw this.verdict.error;
  }

  /** Notes whether the request came to a holder of its partition. */
  private locate(plan: Plan | null, bound: BoundValues | null): void {
    const { cluster, member, shard } = this.session;
    if (cluster.locality === null || this.opcode === OPCODE.QUERY || plan === null || bound === null) return;
    this.arrival = cluster.locality.arrived({ node: member.index, shard }, plan, bound);
  }

  /** Opens the answer; a client that went astray learns where the tablet is. */
  private beginResult(): void {
    const { cluster, startup: agreed } = this.session;
    this.out.begin(this.stream, OPCODE.RESULT);
    const tablet = this.arrival?.tablet;
    if (!tablet || !agreed.has('TABLETS_ROUTING_V1')) return;
    this.out.setFlag(HEADER_FLAG.CUSTOM_PAYLOAD);
    writeTabletPayload(this.out, tablet, cluster.members);
  }

  /** An error that is answered although the statement was carried out. */
  private appliedError(): CqlError | null {
    return this.verdict?.error ?? null;
  }

  /** In null mode: answers an EXECUTE by a ready-made frame. */
  handleNull(
    prepared: Prepared,
    answers: NullAnswers,
    stream: number,
    buffer: Buffer,
    body: number,
    end: number,
  ): void {
    this.stream = stream;
    this.opcode = OPCODE.EXECUTE;
    this.verdict = null;
    this.arrival = null;
    const mark = this.out.length;
    try {
      if (this.session.cluster.locality) this.locateNull(prepared.plan, buffer, body, end);
      this.judge(prepared.plan, buffer.readUInt16BE(body + EXECUTE_CONSISTENCY_AT));
      writeNullAnswer(this.out, answers, stream, buffer, body);
    } catch (cause) {
      this.fail(stream, cause);
    }
    this.settle(mark);
  }

  private locateNull(plan: Plan, buffer: Buffer, body: number, end: number): void {
    const { parameters } = this.session;
    this.reader.reset(buffer, body + EXECUTE_CONSISTENCY_AT, end);
    parameters.read(this.reader);
    parameters.bound.arrange(plan.variables);
    this.locate(plan, parameters.bound);
  }

  /** Sends, holds back or drops what was written for the request. */
  private settle(mark: number): void {
    const { verdict } = this;
    if (verdict === null) return;
    const { cluster, member } = this.session;
    if (verdict.isCut) {
      this.out.truncate(mark);
      this.link.cut();
    } else if (verdict.isSilent) {
      this.out.truncate(mark);
      cluster.counters.unanswered++;
    } else if (cluster.faults.isLater(verdict.dueMs)) {
      cluster.faults.hold(verdict.dueMs, member.index, this.link, this.out.cut(mark));
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
      writePrepared(this.out, prepared, session.startup.has('SCYLLA_LWT_ADD_METADATA_MARK'));
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
    this.locate(plan, bound);
    this.judge(plan, this.session.parameters.consistency);
    const call = this.session.begin();
    this.beginResult();
    plan.run(call);
    this.out.end();
  }

  private runBatch(reader: RequestReader): void {
    const { session } = this;
    this.batch.read(reader, session);
    this.locate(this.batch.firstPlan, this.batch.firstBound);
    this.judge(this.batch.firstPlan, session.parameters.consistency);
    const call = session.begin();
    this.beginResult();
    this.batch.run(call);
    this.out.end();
  }
}
