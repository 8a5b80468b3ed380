import { CodedError } from '#libs/contract/coded-error.js';
import { CredentialsMissing } from './handshake.js';
import { ERROR_CODE } from './protocol.js';
import { ServerError } from './server-error.js';

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: check the port and that the node is up',
  ENOTFOUND: 'the name does not resolve: check its spelling',
  EHOSTUNREACH: 'the host cannot be reached: check the address and the network',
  ENETUNREACH: 'the network cannot be reached: check the address',
  ECONNRESET: 'the server cut the connection: check whether it wants TLS',
};

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

/** One sentence for a failed connection: where, why, what to check. Never contains the password. */
export function connectProblem(address: string, error: unknown): CodedError {
  const options = { cause: error };
  if (error instanceof CredentialsMissing) {
    return new CodedError(
      'TARGET_AUTHENTICATION_FAILED',
      `${address} asks for a login: give username and password`,
      [],
      options,
    );
  }
  if (error instanceof ServerError && error.code === ERROR_CODE.BAD_CREDENTIALS) {
    return new CodedError(
      'TARGET_AUTHENTICATION_FAILED',
      `${address} refused the login (${error.message}): check username and password`,
      [],
      options,
    );
  }
  if (error instanceof ServerError) {
    return new CodedError('TARGET_REFUSED', `${address} refused the connection: ${error.message}`, [], options);
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(cause);
  const hint = HINTS[code] ?? cause.message;
  return new CodedError(
    'TARGET_UNREACHABLE',
    `could not connect to ${address}${code ? ` (${code})` : ''}: ${hint}`,
    [],
    options,
  );
}

/** Why no contact point would do: one that refused tells more than those that did not answer. */
export function noContact(problems: readonly CodedError[]): CodedError {
  const [first] = problems;
  const refused = problems.find((problem) => problem.code !== 'TARGET_UNREACHABLE') ?? first;
  const message = problems.map((problem) => problem.message).join('; ') || 'no contact point was given';
  return new CodedError(refused?.code ?? 'TARGET_UNREACHABLE', message, [], { cause: first });
}
