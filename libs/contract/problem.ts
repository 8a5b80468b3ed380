import { z } from 'zod';
import { PROBLEM_STATUS } from './coded-error.js';

export { CodedError, PROBLEM_STATUS } from './coded-error.js';

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

/** The problem document of a failed run: `detail` is one sentence that names cause and fix. */
export const problemOf = (code: ProblemCode, detail: string): Problem => {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return {
    type: `urn:tidemark:problem:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: PROBLEM_STATUS[code],
    code,
    detail,
  };
};
