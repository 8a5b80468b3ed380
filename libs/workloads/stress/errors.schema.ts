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
  .describe(
    'Present: answers that ask for less load are retried after a wait. A quarter more or less is drawn for each wait',
  );

/** What becomes of operations that fail. */
export const StressErrors = z
  .strictObject({
    retries: z.int().min(0).max(100).default(9).describe('Inside one operation'),
    retryOverloaded: z
      .boolean()
      .default(false)
      .describe('True: answers that ask for less load (overloaded, rate limit) are retried as well, at once'),
    ignore: z
      .boolean()
      .default(false)
      .describe('False: the run fails at the first operation that failed after its retries'),
    skipReadValidation: z.boolean().default(false),
    failFast: z.boolean().optional().describe('Said expressly: the opposite of ignore'),
    overloadDelay: OverloadDelay.optional(),
  })
  .default({ retries: 9, retryOverloaded: false, ignore: false, skipReadValidation: false });
