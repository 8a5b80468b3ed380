import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_STATUS, type ProblemCode } from '#libs/contract/problem.js';

/** A response that carries one of these problems. */
export const problemResponse = (codes: readonly ProblemCode[]) => ({
  description: codes.join(', '),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** Documents the problems that a route answers, one response per status. */
export function Problems(...codes: ProblemCode[]): MethodDecorator & ClassDecorator {
  const statuses = [...new Set(codes.map((code) => PROBLEM_STATUS[code]))];
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, ...problemResponse(codes.filter((code) => PROBLEM_STATUS[code] === status)) }),
    ),
  );
}
