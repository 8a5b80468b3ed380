import { CodedError, type ProblemCode } from '#libs/contract/problem.js';

export interface Failure {
  code: ProblemCode;
  /** One sentence that names cause and fix. */
  message: string;
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim();

/** What was thrown in one line, to stand in a sentence of the caller's. */
export const reasonOf = (error: unknown): string =>
  oneLine(error instanceof Error ? error.message || error.name : String(error));

/** Anything thrown, as a code and one sentence. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CodedError) return { code: error.code, message: oneLine(error.message) };
  return {
    code: 'INTERNAL',
    message: `the executor failed unexpectedly (${reasonOf(error)}); its output has the trace, please report it`,
  };
}

/** For people who read the process's output. */
export const traceOf = (error: unknown): string =>
  error instanceof CodedError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
