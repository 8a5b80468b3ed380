import { z } from 'zod';

/** What was measured of one operation in one phase, from the merged histograms of its intervals. */
export const PhaseFigures = z
  .object({
    operations: z.int().describe('Failed ones included'),
    errors: z.int(),
    ratePerSecond: z.number().describe('Of the successful ones'),
    p50Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    maxMs: z.number().nullable(),
  })
  .meta({ id: 'ResizePhaseFigures' });
export type PhaseFigures = z.infer<typeof PhaseFigures>;

/** A part of the run: the intervals that begin in it, so that `/stats?from&to` answers the same. */
export const ResizePhase = z
  .object({
    fromMs: z.int().describe('Epoch milliseconds'),
    toMs: z.int().describe('Epoch milliseconds, not included'),
    operations: z.record(z.string(), PhaseFigures).describe('By operation, and total'),
  })
  .meta({ id: 'ResizePhase' });
export type ResizePhase = z.infer<typeof ResizePhase>;

export const ResizeOutcome = z
  .enum(['completed', 'failed', 'cancelled', 'stuck', 'unknown', 'unfinished'])
  .describe(
    'stuck: not done by its deadline; unknown: so too, and whether it was asked for at all nobody knows, since the answer was lost or whoever asked was; unfinished: the run ended first',
  );
export type ResizeOutcome = z.infer<typeof ResizeOutcome>;

/** One resize of the target while it was under load. */
export const Resize = z
  .object({
    number: z.int().describe('From 1'),
    from: z.int().describe('Nodes'),
    to: z.int().describe('Nodes'),
    requestId: z.string().nullable().describe("The provider's, where it has one"),
    outcome: ResizeOutcome,
    detail: z.string().nullable().describe("The provider's words, or why it did not succeed"),
    startedAtMs: z.int().describe('When it was asked for; epoch milliseconds, as the others'),
    healthyAtMs: z.int().nullable().describe('When the request was done and all nodes were up at the new size'),
    stableAtMs: z.int().nullable().describe('When it had been so for stableMs without a gap'),
    gaps: z.int().describe('Times that a healthy cluster was not any more, which began the wait anew'),
    before: ResizePhase.nullable().describe('At most as long as the phases say; null where nothing was measured'),
    during: ResizePhase.nullable().describe('From the start to healthy, or to the end of a resize that was not'),
    after: ResizePhase.nullable(),
    throughputBackMs: z
      .number()
      .nullable()
      .describe(
        'From the start until throughput over 5 s was back within 10 % of before, counted after its lowest; 0: it never left; null: not seen',
      ),
    p99BackMs: z.number().nullable().describe('The same of the p99 of all operations'),
  })
  .meta({ id: 'Resize' });
export type Resize = z.infer<typeof Resize>;

/** What became of the target's size during a run. */
export const ScalerReport = z
  .object({
    type: z.string(),
    cycles: z.int().describe('Resizes to the other bound and back that were healthy and stable'),
    latency: z
      .enum(['rt', 'st'])
      .describe(
        'What latencies are: response time of operations that are due at times, or service time; total has the former alone where there are any',
      ),
    ended: z
      .string()
      .nullable()
      .describe('Why no more resizes were asked for before the end; null when that is not so'),
    resizes: z.array(Resize),
    omittedResizes: z.int().describe('Earlier ones that are not listed'),
  })
  .meta({ id: 'ScalerReport' });
export type ScalerReport = z.infer<typeof ScalerReport>;
