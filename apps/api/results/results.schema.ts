import { z } from 'zod';
import { LogLine } from '#libs/contract/event.js';
import { HistogramType, IntervalStats } from '#libs/contract/interval.js';
import { OperationSummary } from '#libs/contract/summary.js';
import { Duration, Instant } from '../instant.js';

const WINDOW = {
  from: Instant.optional().describe('Intervals that start at or after: ISO 8601 or epoch milliseconds'),
  to: Instant.optional().describe('Intervals that start before: ISO 8601 or epoch milliseconds'),
};

const Operation = z.string().min(1).max(64);
const Executor = z.string().min(1).max(128).describe('Only what this executor measured; all merged when absent');

export const IntervalsQuery = z.strictObject({
  op: Operation.optional().describe('READ, WRITE … or total; all when absent'),
  executor: Executor.optional(),
  ...WINDOW,
  resolution: Duration.optional().describe(
    'Length of the answered intervals, such as 10s: a multiple of the run’s own; their histograms are merged',
  ),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000).describe('Rows at most'),
  cursor: z
    .string()
    .regex(/^\d{1,12}$/, 'expected the nextCursor of the page before')
    .optional(),
});
export type IntervalsQuery = z.infer<typeof IntervalsQuery>;

export const IntervalPage = z
  .object({ items: z.array(IntervalStats), nextCursor: z.string().nullable() })
  .meta({ id: 'IntervalPage' });
export type IntervalPage = z.infer<typeof IntervalPage>;

export const WindowQuery = z.strictObject(WINDOW);
export type WindowQuery = z.infer<typeof WindowQuery>;

/** Figures of a window, from the merged histograms of its intervals. */
export const WindowStats = z
  .object({
    fromMs: z.int().nullable().describe('Start of the first interval in the window; null when there is none'),
    toMs: z.int().nullable().describe('End of the last interval in the window'),
    intervals: z.int(),
    operations: z.record(z.string(), OperationSummary).describe('By operation, and total'),
  })
  .meta({ id: 'WindowStats' });
export type WindowStats = z.infer<typeof WindowStats>;

export const HdrQuery = z.strictObject({
  op: Operation.optional().describe('READ, WRITE …; all when absent'),
  type: HistogramType.optional().describe('All when absent'),
  executor: Executor.optional(),
  ...WINDOW,
});
export type HdrQuery = z.infer<typeof HdrQuery>;

export const LogQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'expected the nextCursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(1000),
});
export type LogQuery = z.infer<typeof LogQuery>;

export const LogPage = z.object({ items: z.array(LogLine), nextCursor: z.string().nullable() }).meta({ id: 'LogPage' });
export type LogPage = z.infer<typeof LogPage>;
