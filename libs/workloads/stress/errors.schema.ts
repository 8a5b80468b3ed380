import { z } from 'zod';

/** How long an operation waits before it is tried again after an answer that the target is overloaded. */
const OverloadDelay = z
  .strictObject({
    policy: z.enum(['constant', 'linear', 'exponential']).default('constant'),
    minMs: z.int().min(0).max(600_000).default(0),
    maxMs: z.int().min(0).max(600_000).default(20_000),
  })
  .refine(({ minMs, maxMs }) => minMs <= maxMs, { message: 'expected at least minMs (min-delay-ms)', path: ['maxMs'] })
  .refine(({ policy, minMs }) => policy !== 'exponential' || minMs > 0, {
    message: 'expected more than 0 with exponential, which doubles it',
    path: ['minMs'],
  })
  .meta({ id: 'OverloadDelay' })
  .describe('Absent: such an answer is never retried. A quarter more or less is drawn for each wait');

/** What becomes of operations that fail. */
export const StressErrors = z
  .strictObject({
    retries: z
      .int()
      .min(0)
      .max(100)
      .default(9)
      .describe('Inside one operation; overload answers only with overloadDelay'),
    ignore: z
      .boolean()
      .default(false)
      .describe('False: the run fails at the first operation that failed after its retries'),
    skipReadValidation: z.boolean().default(false),
    failFast: z.boolean().optional().describe('Said expressly: the opposite of ignore'),
    overloadDelay: OverloadDelay.optional(),
  })
  .default({ retries: 9, ignore: false, skipReadValidation: false });
