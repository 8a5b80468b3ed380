import { OPCODE, QUERY_FLAG, RESULT_KIND } from '#libs/cql/protocol.js';
import { NATIVE_ID, type CqlType } from '../lang/cql-type.js';
import type { Plan } from '../plan/environment.js';
import type { Bytes } from '../storage/bytes.js';
import { Outbox } from '../wire/outbox.js';

/** [short bytes] id and consistency: where the flags byte of an EXECUTE stands in its body. */
const EXECUTE_FLAGS_AT = 2 + 16 + 2;

/** Whole RESULT frames, made when a statement is prepared; only the stream id is set for each request. */
export interface NullAnswers {
  withMetadata: Buffer;
  withoutMetadata: Buffer;
}

/** Bytes of the types whose values have one length; other types get a text of 34 bytes, as cassandra-stress writes. */
const FIXED_BYTES: Record<number, number> = {
  [NATIVE_ID.bigint]: 8,
  [NATIVE_ID.boolean]: 1,
  [NATIVE_ID.counter]: 8,
  [NATIVE_ID.date]: 4,
  [NATIVE_ID.decimal]: 5,
  [NATIVE_ID.double]: 8,
  [NATIVE_ID.float]: 4,
  [NATIVE_ID.inet]: 4,
  [NATIVE_ID.int]: 4,
  [NATIVE_ID.smallint]: 2,
  [NATIVE_ID.time]: 8,
  [NATIVE_ID.timestamp]: 8,
  [NATIVE_ID.timeuuid]: 16,
  [NATIVE_ID.tinyint]: 1,
  [NATIVE_ID.uuid]: 16,
  [NATIVE_ID.varint]: 1,
};
const TEXT_BYTES = 34;

function fixedValue(type: CqlType): Bytes | null {
  if (type.kind !== 'native') return null;
  const bytes = FIXED_BYTES[NATIVE_ID[type.name]];
  return bytes === undefined ? 'x'.repeat(TEXT_BYTES) : '\0'.repeat(bytes);
}

function resultFrame(write: (out: Outbox) => void): Buffer {
  const out = new Outbox();
  out.begin(0, OPCODE.RESULT);
  write(out);
  out.end();
  return Buffer.from(out.gathered());
}

export const VOID_FRAME = resultFrame((out) => out.int32(RESULT_KIND.VOID));

/** What null mode answers to every EXECUTE of this statement: Void, or one row of fixed values. */
export function nullAnswersOf({ metadata }: Plan): NullAnswers {
  if (!metadata) return { withMetadata: VOID_FRAME, withoutMetadata: VOID_FRAME };
  const rows = (skip: boolean): Buffer =>
    resultFrame((out) => {
      metadata.writeRows(out, skip, null, 1);
      for (const { type } of metadata.columns) out.value(fixedValue(type));
    });
  return { withMetadata: rows(false), withoutMetadata: rows(true) };
}

/** Answers one EXECUTE whose body starts at `body`; nothing of it but the flags is read. */
export function writeNullAnswer(out: Outbox, answers: NullAnswers, stream: number, buffer: Buffer, body: number): void {
  const flags = buffer[body + EXECUTE_FLAGS_AT] ?? 0;
  out.frame((flags & QUERY_FLAG.SKIP_METADATA) !== 0 ? answers.withoutMetadata : answers.withMetadata, stream);
}
