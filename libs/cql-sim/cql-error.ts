import { ERROR_CODE } from '#libs/cql/protocol.js';

/** What an ERROR frame carries after its message, by code (native_protocol_v4.spec, section 9). */
export type ErrorExtras =
  | { kind: 'none' }
  | { kind: 'unavailable'; consistency: number; required: number; alive: number }
  | { kind: 'write-timeout'; consistency: number; received: number; blockFor: number; writeType: string }
  | { kind: 'read-timeout'; consistency: number; received: number; blockFor: number; dataPresent: boolean }
  | {
      kind: 'write-failure';
      consistency: number;
      received: number;
      blockFor: number;
      failures: number;
      writeType: string;
    }
  | {
      kind: 'read-failure';
      consistency: number;
      received: number;
      blockFor: number;
      failures: number;
      dataPresent: boolean;
    }
  | { kind: 'already-exists'; keyspace: string; table: string }
  | { kind: 'unprepared'; id: Buffer }
  | { kind: 'rate-limit'; operation: number; rejectedByCoordinator: boolean };

const NONE: ErrorExtras = { kind: 'none' };

/** A request that is answered by an ERROR frame. */
export class CqlError extends Error {
  override readonly name = 'CqlError';
  constructor(
    readonly code: number,
    message: string,
    readonly extras: ErrorExtras = NONE,
  ) {
    super(message);
  }
}

export const invalid = (message: string): CqlError => new CqlError(ERROR_CODE.INVALID, message);
export const configuration = (message: string): CqlError => new CqlError(ERROR_CODE.CONFIG, message);
export const protocolError = (message: string): CqlError => new CqlError(ERROR_CODE.PROTOCOL, message);
