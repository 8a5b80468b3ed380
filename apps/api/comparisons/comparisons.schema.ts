import { z } from 'zod';
import { CreateComparison } from '#libs/contract/comparison.js';

export const ComparisonQuery = z.strictObject({
  with: z
    .string()
    .max(1024)
    .transform((text) => text.split(',').filter((id) => id !== ''))
    .pipe(CreateComparison.shape.candidates)
    .describe('The candidates, separated by commas'),
  tolerancePercent: z.coerce.number().pipe(z.number().min(0).max(1000)).default(2),
});
export type ComparisonQuery = z.infer<typeof ComparisonQuery>;
