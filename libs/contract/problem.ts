import { z } from 'zod';

/** Every coded failure that the API or a run can end with, and the HTTP status that it is answered with. */
export const PROBLEM_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  CONFLICT: 409,
  RUN_NOT_ENDED: 409,
  RUN_ALREADY_ENDED: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  NO_RESULT_YET: 409,
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
  OUTPUT_UNWRITABLE: 507,
  EXECUTOR_LOST: 503,
  DEADLINE_EXCEEDED: 504,
  LANE_CRASHED: 500,
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

const codes = Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]];
export const ProblemCode = z.enum(codes).meta({ id: 'ProblemCode' });

/** One thing wrong with an input: where (a JSON path such as `spec.rate.threads`) and what was expected and what came. */
export const Issue = z.object({ path: z.string(), message: z.string() }).meta({ id: 'Issue' });
export type Issue = z.infer<typeof Issue>;

/** RFC 9457 problem document: the body of every error answer (`application/problem+json`). */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: ProblemCode,
    detail: z.string(),
    errors: z.array(Issue).optional(),
    correlationId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

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
