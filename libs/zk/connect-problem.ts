import { CodedError } from '#libs/contract/coded-error.js';
import { CODE } from './protocol.js';
import { ZkError } from './zk-error.js';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check the port and that the server is up',
  ENOTFOUND: 'the name does not resolve: check its spelling',
  EHOSTUNREACH: 'the host cannot be reached: check the address and the network',
  ECONNRESET: 'the server cut the connection: check whether it wants TLS, and that it has a quorum',
};

/** The codes by which a server says that the credentials will not do. */
const REFUSALS: readonly number[] = [CODE.AUTH_FAILED, CODE.SESSION_CLOSED_REQUIRE_SASL];

/** True when trying again with the same credentials is of no use. */
export const isRefusal = (error: unknown): boolean => error instanceof ZkError && REFUSALS.includes(error.code);

/** One sentence for a failed connection: where, why, what to check. Never contains a password. */
export function connectProblem(server: string, error: unknown): CodedError {
  const cause = error instanceof Error ? error : new Error(String(error));
  if (isRefusal(cause))
    return new CodedError(
      'TARGET_AUTHENTICATION_FAILED',
      `${server} refused the login (${cause.message}): check username, password and what the server asks for`,
      [],
      { cause },
    );
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const why = HINTS[code] ?? cause.message;
  const where = `could not open a session at ${server}${code ? ` (${code})` : ''}`;
  return new CodedError('TARGET_UNREACHABLE', `${where}: ${why}`, [], { cause });
}
