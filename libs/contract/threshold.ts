import { z } from 'zod';
import { HistogramType } from './interval.js';

/** What a limit may be given in; without one it is in the unit of the metric's name. */
export const ThresholdUnit = z.enum([
  'ns',
  'us',
  'ms',
  's',
  'min',
  'h',
  'B',
  'kB',
  'KiB',
  'MB',
  'MiB',
  'GB',
  'GiB',
  'ratio',
  '%',
]);
export type ThresholdUnit = z.infer<typeof ThresholdUnit>;

/** A limit on a figure of the summary; together they give the verdict. */
export const Threshold = z
  .strictObject({
    metric: z
      .string()
      .min(1)
      .max(200)
      .describe(
        'Which figure: of an operation (ratePerSecond, errorRatio, completed, failed, dropped, errors.<class> …, and of its latencies meanMs, minMs, maxMs or any percentile: p50Ms, p99Ms, p99.9Ms, p99.99Ms), of the run (durationMs, coverage, mismatchCount …), of what the kind reports (report.<name>), or a path into the summary (operations.READ.serviceTime.p99Ms)',
      ),
    operation: z.string().default('total'),
    type: HistogramType.optional().describe('For latencies: response time when there is a schedule, else service time'),
    operator: z.enum(['<', '<=', '>', '>=']),
    value: z.number(),
    unit: ThresholdUnit.optional().describe("Of the value; the metric's own when absent"),
  })
  .meta({ id: 'Threshold' });
export type Threshold = z.infer<typeof Threshold>;

export const ThresholdResult = z
  .object({
    threshold: Threshold,
    actual: z.number().nullable().describe("In the threshold's unit; null when it was not measured"),
    passed: z.boolean(),
  })
  .meta({ id: 'ThresholdResult' });
export type ThresholdResult = z.infer<typeof ThresholdResult>;
