import { OPCODE } from '#libs/cql/protocol.js';
import type { ErrorExtras } from '../cql-error.js';
import type { CqlError } from '../cql-error.js';
import type { Outbox } from './outbox.js';

type Writers = { [K in ErrorExtras['kind']]: (out: Outbox, extras: Extract<ErrorExtras, { kind: K }>) => void };

function writeAnswers(out: Outbox, extras: { consistency: number; received: number; blockFor: number }): void {
  out.uint16(extras.consistency);
  out.int32(extras.received);
  out.int32(extras.blockFor);
}

const WRITERS: Writers = {
  none: () => undefined,
  unavailable: (out, { consistency, required, alive }) => {
    out.uint16(consistency);
    out.int32(required);
    out.int32(alive);
  },
  'write-timeout': (out, extras) => {
    writeAnswers(out, extras);
    out.string(extras.writeType);
  },
  'read-timeout': (out, extras) => {
    writeAnswers(out, extras);
    out.byte(extras.dataPresent ? 1 : 0);
  },
  'write-failure': (out, extras) => {
    writeAnswers(out, extras);
    out.int32(extras.failures);
    out.string(extras.writeType);
  },
  'read-failure': (out, extras) => {
    writeAnswers(out, extras);
    out.int32(extras.failures);
    out.byte(extras.dataPresent ? 1 : 0);
  },
  'already-exists': (out, { keyspace, table }) => {
    out.string(keyspace);
    out.string(table);
  },
  unprepared: (out, { id }) => out.shortBytes(id),
  'rate-limit': (out, { operation, rejectedByCoordinator }) => {
    out.byte(operation);
    out.byte(rejectedByCoordinator ? 1 : 0);
  },
};

function writeExtras<K extends ErrorExtras['kind']>(out: Outbox, kind: K, extras: Extract<ErrorExtras, { kind: K }>) {
  WRITERS[kind](out, extras);
}

/** Writes a whole ERROR frame. */
export function writeError(out: Outbox, stream: number, error: CqlError): void {
  out.begin(stream, OPCODE.ERROR);
  out.int32(error.code);
  // The [string] of a message holds at most 65,535 bytes.
  out.string(error.message.slice(0, 16_000));
  writeExtras(out, error.extras.kind, error.extras);
  out.end();
}
