import { z } from 'zod';
import { Ensemble } from '../parent/ensemble.schema.js';

const Rate = z.number().positive().max(1e8);

/** A run at each of the rates; what it is said of a rate and an end in its specification is replaced. */
const Probe = z
  .strictObject({
    kind: z.enum(['stress', 'query', 'load', 'zookeeper', 'cdc']),
    spec: z
      .record(z.string(), z.unknown())
      .describe("As a run's of that kind, in structured form; its rate and its end are the search's"),
  })
  .meta({ id: 'SearchProbe' });

const Limit = z
  .strictObject({
    type: z.literal('limit'),
    fromPerSecond: Rate.describe('Where the search begins; the rate doubles from there'),
    toPerSecond: Rate.describe('No higher rate is tried'),
    precision: z
      .number()
      .min(0.001)
      .max(0.5)
      .default(0.02)
      .describe('The search ends when the rates that meet and miss the thresholds are so near, as a share'),
    repeats: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('How often the two rates at the edge are probed; the majority counts'),
    maxProbes: z.int().min(2).max(500).default(60),
  })
  .describe('The highest rate that meets the thresholds');

const Sweep = z
  .strictObject({
    type: z.literal('sweep'),
    ratesPerSecond: z
      .union([
        z.array(Rate).min(1).max(200),
        z.strictObject({
          from: Rate,
          to: Rate,
          count: z.int().min(2).max(200),
          scale: z.enum(['linear', 'logarithmic']).default('linear'),
        }),
      ])
      .describe('A list, or a range of so many rates, both ends included'),
    stopAtMissed: z.boolean().default(false).describe('True: the first rate that misses the thresholds is the last'),
  })
  .describe('Every one of some rates, for a table and a plot of latency against rate');

/** Probes at different rates. */
export const SearchSpec = z
  .strictObject({
    probe: Probe,
    plan: z.discriminatedUnion('type', [Limit, Sweep]),
    probeMs: z
      .int()
      .min(200)
      .max(86_400_000)
      .default(30_000)
      .describe('How long each probe is measured; one of kind load ends with the rows of its dataset'),
    warmUpMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(5_000)
      .describe('Before each probe is measured, unrecorded; only stress runs have a warm-up'),
    pauseMs: z.int().min(0).max(3_600_000).default(0).describe('Between probes, so that the target recovers'),
    maxInvalid: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe('Probes of one rate that may be invalid in a row before the search gives up'),
    ensemble: Ensemble.optional(),
    reuse: z
      .record(z.string().max(512), z.string().max(64))
      .default({})
      .describe('Runs that stand for probes, by probe: completed ones are not made again'),
  })
  .refine(({ plan }) => plan.type !== 'limit' || plan.fromPerSecond < plan.toPerSecond, {
    message: 'expected more than fromPerSecond',
    path: ['plan', 'toPerSecond'],
  })
  .refine(
    ({ plan }) =>
      plan.type !== 'sweep' || Array.isArray(plan.ratesPerSecond) || plan.ratesPerSecond.from < plan.ratesPerSecond.to,
    { message: 'expected more than from', path: ['plan', 'ratesPerSecond', 'to'] },
  )
  .meta({ id: 'SearchSpec' });
export type SearchSpec = z.infer<typeof SearchSpec>;

export const ProbeOutcome = z
  .enum(['met', 'missed', 'invalid', 'failed', 'running'])
  .describe('invalid: it cannot be believed and is made again; failed: it was not carried out')
  .meta({ id: 'ProbeOutcome' });
export type ProbeOutcome = z.infer<typeof ProbeOutcome>;

export const LimitedBy = z
  .enum(['thresholds', 'target', 'generator'])
  .describe('target: the rate was not reached though the generator had room; generator: it had none')
  .meta({ id: 'LimitedBy' });
export type LimitedBy = z.infer<typeof LimitedBy>;

export const Probed = z
  .object({
    probe: z.string(),
    runId: z.string(),
    reused: z.boolean(),
    ratePerSecond: z.number().describe('Asked'),
    outcome: ProbeOutcome,
    limitedBy: LimitedBy.nullable(),
    reason: z.string().nullable(),
    achievedPerSecond: z.number().nullable(),
    meanMs: z.number().nullable(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    p999Ms: z.number().nullable(),
    maxMs: z.number().nullable(),
    failed: z.int().nullable().describe('Operations'),
    dropped: z.int().nullable().describe('Operations'),
    startedAtMs: z.int().nullable(),
    endedAtMs: z.int().nullable(),
  })
  .meta({ id: 'Probed' });
export type Probed = z.infer<typeof Probed>;

export const StoppedBy = z
  .enum([
    'thresholds',
    'target',
    'generator',
    'lower-bound',
    'upper-bound',
    'probes',
    'invalid',
    'failed',
    'all',
    'none',
  ])
  .describe(
    'What ended the search: one of the limits; a bound of its rates; its number of probes; probes that stayed invalid or failed; all rates of a sweep; none: it was not carried out',
  )
  .meta({ id: 'StoppedBy' });
export type StoppedBy = z.infer<typeof StoppedBy>;

export const SearchReport = z
  .object({
    kind: z.literal('search'),
    type: z.enum(['limit', 'sweep']),
    highestPerSecond: z.number().nullable().describe('The highest rate that was shown to meet the thresholds'),
    lowestMissedPerSecond: z.number().nullable(),
    confidence: z
      .object({ level: z.number(), fromPerSecond: z.number(), toPerSecond: z.number() })
      .nullable()
      .describe('Where the limit is, given all probes that can be believed'),
    stoppedBy: StoppedBy,
    explanation: z.string(),
    probes: z.array(Probed),
  })
  .meta({ id: 'SearchReport' });
export type SearchReport = z.infer<typeof SearchReport>;
