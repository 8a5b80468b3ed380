import { z } from 'zod';

const range = {
  min: z.number(),
  max: z.number(),
  inverted: z.boolean().optional().describe('Mirrored within its range: what was rare is frequent'),
};

/** A cassandra-stress distribution in resolved form: aliases and standard-deviation ranges are gone. */
export const Distribution = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('fixed'), value: z.number() }),
    z.strictObject({ type: z.literal('sequence'), ...range }).describe('One value after the other, and round again'),
    z.strictObject({ type: z.literal('uniform'), ...range }),
    z.strictObject({
      type: z.literal('gaussian'),
      ...range,
      mean: z.number().optional().describe('Default (min + max) / 2'),
      stdev: z.number().optional().describe('Default (max - min) / 2 / 3'),
    }),
    z.strictObject({ type: z.literal('exponential'), ...range }).describe('Low values are frequent'),
    z.strictObject({ type: z.literal('extreme'), ...range, shape: z.number().positive() }).describe("Weibull's"),
    z
      .strictObject({
        type: z.literal('quantizedExtreme'),
        ...range,
        shape: z.number().positive(),
        quantas: z.int().min(1).max(100_000),
      })
      .describe('Extreme, in steps of equal probability; uniform within each'),
  ])
  .meta({ id: 'Distribution' });
export type Distribution = z.infer<typeof Distribution>;

/** A share: a draw over a divisor. */
export const Ratio = z
  .strictObject({ distribution: Distribution, divisor: z.number().positive().default(1) })
  .meta({ id: 'Ratio' });
export type Ratio = z.infer<typeof Ratio>;
