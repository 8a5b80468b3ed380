import { createHash } from 'node:crypto';
import { ERROR_CODE, ROWS_FLAG } from '#libs/cql/protocol.js';
import { CqlError } from '../cql-error.js';
import { writeType } from '../lang/cql-type.js';
import type { Plan } from '../plan/environment.js';
import type { SchemaChange } from '../storage/schema.js';
import type { Outbox } from '../wire/outbox.js';
import type { NullAnswers } from './null-answers.js';

const ID_BYTES = 16;
/** Bit of the metadata flags by which clients that asked for it know lightweight transactions. */
export const LWT_MARK = 0x8000_0000;

export interface Prepared {
  id: Buffer;
  plan: Plan;
  /** Ready-made answers of null mode; null in storage mode. */
  nullAnswers: NullAnswers | null;
}

/** MD5 of keyspace and statement, as Cassandra makes it: the same on every node. */
export function preparedId(keyspace: string | null, query: string): Buffer {
  return createHash('md5')
    .update((keyspace ?? '') + query)
    .digest();
}

/** The prepared statements of one node. */
export class PreparedStatements {
  private readonly byId = new Map<string, Prepared>();
  /** The statements used last, by the first byte of the id: found without making a string. */
  private readonly recent: (Prepared | undefined)[] = Array.from({ length: 256 });

  add(prepared: Prepared): void {
    this.byId.set(prepared.id.toString('latin1'), prepared);
  }

  /** The statement whose [short bytes] id stands at `at`, or undefined. */
  find(buffer: Buffer, at: number): Prepared | undefined {
    if (buffer.readUInt16BE(at) !== ID_BYTES) return undefined;
    const first = buffer.readUInt8(at + 2);
    const recent = this.recent[first];
    if (recent && recent.id.compare(buffer, at + 2, at + 2 + ID_BYTES) === 0) return recent;
    const found = this.byId.get(buffer.toString('latin1', at + 2, at + 2 + ID_BYTES));
    if (found) this.recent[first] = found;
    return found;
  }

  /** Forgets what a schema change made stale: its holders get UNPREPARED and prepare anew. */
  drop({ keyspace, table }: Pick<SchemaChange, 'keyspace' | 'table'>): void {
    for (const [id, { plan }] of this.byId) {
      if (plan.keyspace === keyspace && (table === null || plan.table === table)) this.byId.delete(id);
    }
    this.recent.fill(undefined);
  }

  clear(): void {
    this.byId.clear();
    this.recent.fill(undefined);
  }
}

export function unprepared(id: Buffer): CqlError {
  return new CqlError(ERROR_CODE.UNPREPARED, `Prepared query with ID ${id.toString('hex')} not found`, {
    kind: 'unprepared',
    id,
  });
}

/** RESULT Prepared, v4: id, variables with the places of the partition key, result columns. */
export function writePrepared(out: Outbox, { id, plan }: Prepared, marksLwt: boolean): void {
  out.shortBytes(id);
  const { variables, keyIndexes } = plan;
  const mark = marksLwt && plan.isConditional === true ? LWT_MARK : 0;
  out.int32((variables.length > 0 ? ROWS_FLAG.GLOBAL_TABLES_SPEC : 0) | mark);
  out.int32(variables.length);
  out.int32(keyIndexes.length);
  for (const index of keyIndexes) out.uint16(index);
  if (variables.length > 0) {
    out.string(plan.keyspace);
    out.string(plan.table);
  }
  for (const { name, type } of variables) {
    out.string(name);
    writeType(out, type);
  }
  if (plan.metadata) return plan.metadata.write(out, false, null);
  out.int32(ROWS_FLAG.NO_METADATA);
  out.int32(0);
}
