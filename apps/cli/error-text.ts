import { CodedError } from '#libs/contract/problem.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { StoppedEarly } from './stress/local-run.js';

const isConnectionError = (error: Error): boolean =>
  error instanceof TypeError && error.message === 'fetch failed' && error.cause instanceof Error;

/** What the caller is told: one sentence, and every problem of an input below it. */
export function errorText(error: unknown): string {
  if (error instanceof CodedError) {
    // Some messages list their issues themselves.
    const untold = error.issues.filter(({ message }) => !error.message.includes(message));
    return [`${error.code}: ${error.message}`, ...untold.map(({ path, message }) => `  ${path}: ${message}`)].join(
      '\n',
    );
  }
  if (error instanceof StoppedEarly) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (isConnectionError(error)) {
    const cause = error.cause instanceof Error ? error.cause.message : '';
    return `The server does not answer (${cause}): start it with "tidemark serve", or name another one with --server or TIDEMARK_SERVER.`;
  }
  return error.stack ?? error.message;
}

/** Refused inputs are the caller's to correct; everything else failed. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof StoppedEarly) return EXIT.interrupted;
  return error instanceof CodedError && error.code === 'VALIDATION_FAILED' ? EXIT.usage : EXIT.failed;
}
