import type { Outcome } from '#libs/contract/outcome.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import type { BodyReader } from './body-reader.js';
import { ERROR_CODE } from './protocol.js';

const OUTCOME_OF_CODE: ReadonlyMap<number, Outcome> = new Map<number, Outcome>([
  [ERROR_CODE.SERVER, 'serverError'],
  [ERROR_CODE.PROTOCOL, 'invalid'],
  [ERROR_CODE.BAD_CREDENTIALS, 'unauthorized'],
  [ERROR_CODE.UNAVAILABLE, 'unavailable'],
  [ERROR_CODE.OVERLOADED, 'overloaded'],
  [ERROR_CODE.BOOTSTRAPPING, 'unavailable'],
  [ERROR_CODE.TRUNCATE, 'serverError'],
  [ERROR_CODE.WRITE_TIMEOUT, 'writeTimeout'],
  [ERROR_CODE.READ_TIMEOUT, 'readTimeout'],
  [ERROR_CODE.READ_FAILURE, 'readFailure'],
  [ERROR_CODE.FUNCTION_FAILURE, 'serverError'],
  [ERROR_CODE.WRITE_FAILURE, 'writeFailure'],
  [ERROR_CODE.SYNTAX, 'invalid'],
  [ERROR_CODE.UNAUTHORIZED, 'unauthorized'],
  [ERROR_CODE.INVALID, 'invalid'],
  [ERROR_CODE.CONFIG, 'invalid'],
  [ERROR_CODE.ALREADY_EXISTS, 'invalid'],
]);

const RATE_LIMITED = OUTCOMES.indexOf('rateLimited');

/** An ERROR answer to a control request. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** What a draining Cassandra says (since 4.1), with the code of an overload: it asks for another node, not for less. */
const LEAVING = 'Server is shutting down';

/** Index into OUTCOMES of a server's error; `rateLimitCode` is what the server said that its own one for that is. */
export function outcomeOf({ code, message }: ServerError, rateLimitCode = Number.NaN): number {
  if (code === rateLimitCode) return RATE_LIMITED;
  const leaving = code === ERROR_CODE.OVERLOADED && message.startsWith(LEAVING);
  return OUTCOMES.indexOf(leaving ? 'unavailable' : (OUTCOME_OF_CODE.get(code) ?? 'other'));
}

/** Who refused what: a rate limit error carries kind of operation (1: write) and whether the coordinator did. */
function rateLimitDetail(reader: BodyReader): string {
  if (reader.left < 2) return '';
  const operation = reader.byte() === 1 ? 'write' : 'read';
  return ` (${operation}, refused by ${reader.byte() === 1 ? 'the coordinator' : 'a replica'})`;
}

/** Reads an ERROR body: code and message. What follows depends on the code; only that of the rate limit is of use. */
export function readServerError(reader: BodyReader, rateLimitCode = Number.NaN): ServerError {
  const code = reader.int();
  const message = reader.string();
  return new ServerError(code, code === rateLimitCode ? message + rateLimitDetail(reader) : message);
}
