import type { Issue } from './problem.js';

/*
 * Free of the schema library, so that load lanes can throw and read coded failures: see 'lanes-stay-bare' in the import rules.
 */

/** Every coded failure that the API or a run can end with, and the HTTP status that it is answered with. */
export const PROBLEM_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  DATASET_NOT_FOUND: 404,
  ARTIFACT_NOT_FOUND: 404,
  CONFLICT: 409,
  RUN_NOT_ENDED: 409,
  RUN_ALREADY_ENDED: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  NO_RESULT_YET: 409,
  PRECONDITION_FAILED: 412,
  QUOTA_EXCEEDED: 422,
  PRECONDITION_REQUIRED: 428,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
  QUEUE_FULL: 429,
  INTERNAL: 500,
  STORE_UNAVAILABLE: 503,
  // Reasons a run fails with; answered inside a run, never as an HTTP status of their own.
  TARGET_UNREACHABLE: 502,
  TARGET_AUTHENTICATION_FAILED: 502,
  TARGET_REFUSED: 502,
  KEYSPACE_UNKNOWN: 502,
  SCHEMA_FAILED: 502,
  CONSISTENCY_UNREACHABLE: 502,
  OPERATIONS_FAILED: 502,
  VALIDATION_MISMATCH: 502,
  INPUT_UNREADABLE: 422,
  OUTPUT_UNWRITABLE: 507,
  EXECUTOR_LOST: 503,
  DEADLINE_EXCEEDED: 504,
  LANE_CRASHED: 500,
  STEP_FAILED: 502,
  RUN_NOT_RESUMABLE: 409,
  RUNS_NOT_COMPARABLE: 409,
  BASELINE_INVALID: 409,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** A coded failure. `message` is one sentence that names cause and fix; `issues` lists every problem of an input at once. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly issues: readonly Issue[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
