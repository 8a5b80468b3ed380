import { invalid, protocolError } from '../cql-error.js';
import { runBatch, type BatchMember } from '../plan/batch-plan.js';
import type { Call } from '../plan/call.js';
import type { Plan } from '../plan/environment.js';
import { ModificationPlan } from '../plan/modification-plan.js';
import { BoundValues } from '../wire/bound-values.js';
import type { RequestReader } from '../wire/request-reader.js';
import { unprepared } from './prepared.js';
import type { Session } from './session.js';

const KIND_QUERY = 0;
const COUNTER_BATCH = 2;
const LAST_TYPE = 2;

/** Reads BATCH requests; the value holders are used again from batch to batch. */
export class BatchReader {
  private readonly values: BoundValues[] = [];
  private members: BatchMember[] = [];

  read(reader: RequestReader, session: Session): void {
    const type = reader.byte();
    if (type > LAST_TYPE) throw protocolError(`Invalid batch type ${type}`);
    this.members = [];
    const count = reader.uint16();
    for (let i = 0; i < count; i++) this.readMember(reader, session, i, type);
    const { parameters } = session;
    parameters.consistency = reader.uint16();
    parameters.readTail(reader, reader.byte());
  }

  private readMember(reader: RequestReader, session: Session, index: number, type: number): void {
    const plan = reader.byte() === KIND_QUERY ? queried(reader, session) : executed(reader, session);
    const bound = (this.values[index] ??= new BoundValues());
    bound.read(reader, false);
    if (!(plan instanceof ModificationPlan))
      throw invalid('Invalid statement in batch: only UPDATE, INSERT and DELETE statements are allowed.');
    if (plan.target.isCounter !== (type === COUNTER_BATCH)) {
      throw invalid(
        plan.target.isCounter
          ? 'Cannot include a counter statement in a logged batch'
          : 'Cannot include non-counter statement in a counter batch',
      );
    }
    if (bound.count !== plan.variables.length) {
      throw invalid(`there were ${plan.variables.length} markers(?) in CQL but ${bound.count} bound variables`);
    }
    this.members.push({ plan, bound });
  }

  get firstPlan(): Plan | null {
    return this.members[0]?.plan ?? null;
  }

  get firstBound(): BoundValues | null {
    return this.members[0]?.bound ?? null;
  }

  run(call: Call): void {
    runBatch(this.members, call);
  }
}

function queried(reader: RequestReader, session: Session): Plan {
  return session.statements.query(reader.longString(), session.keyspace);
}

function executed(reader: RequestReader, session: Session): Plan {
  const prepared = session.statements.prepared.find(reader.buffer, reader.at);
  const id = reader.take(2 + reader.buffer.readUInt16BE(reader.at)) + 2;
  if (!prepared) throw unprepared(Buffer.from(reader.buffer.subarray(id, reader.at)));
  return prepared.plan;
}
