import { z } from 'zod';
import { WorkloadKind } from './run.js';
import { RunStatus, Verdict } from './status.js';

const RunId = z.string().min(1).max(64);
const MOST_CANDIDATES = 9;

/** The body of POST /v1/comparisons. */
export const CreateComparison = z
  .strictObject({
    baseline: RunId.describe('The run that the others are held against; it has to be valid'),
    candidates: z.array(RunId).min(1).max(MOST_CANDIDATES),
    tolerancePercent: z
      .number()
      .min(0)
      .max(1000)
      .default(2)
      .describe('Smaller differences are called none, however certain they are; of ratios, percent points'),
  })
  .meta({ id: 'CreateComparison' });
export type CreateComparison = z.infer<typeof CreateComparison>;

export const ComparedRun = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    kind: WorkloadKind,
    status: RunStatus,
    verdict: Verdict,
    validity: z.enum(['valid', 'degraded', 'invalid']).nullable(),
    simulated: z.boolean().nullable(),
    startedAtMs: z.int().nullable(),
    samples: z.int().describe('Stretches of equal length that the run was cut into'),
  })
  .meta({ id: 'ComparedRun' });
export type ComparedRun = z.infer<typeof ComparedRun>;

/** Why two runs are not alike. `incomparable`: differences between them say nothing; `warning`: they may have this cause. */
export const ComparabilityProblem = z
  .object({
    code: z.enum([
      'KIND',
      'SIMULATED',
      'INVALID',
      'NOT_COMPLETED',
      'NO_RESULT',
      'DEGRADED',
      'COVERAGE',
      'SPEC',
      'TARGET',
      'PLACEMENT',
      'DURATION',
      'CLOCK',
    ]),
    level: z.enum(['incomparable', 'warning']),
    message: z.string(),
  })
  .meta({ id: 'ComparabilityProblem' });
export type ComparabilityProblem = z.infer<typeof ComparabilityProblem>;

export const MetricComparison = z
  .object({
    operation: z.string(),
    metric: z.string().describe('As thresholds name it; latencies are response time where both runs have it'),
    clock: z.enum(['responseTime', 'serviceTime']).nullable().describe('null for what is no latency'),
    better: z.enum(['higher', 'lower']),
    baseline: z.number().nullable().describe('From the merged histograms of the whole run; null when not supported'),
    candidate: z.number().nullable(),
    difference: z.number().nullable().describe('Candidate minus baseline'),
    differencePercent: z.number().nullable().describe('Of the baseline; null when that is 0'),
    confidenceInterval: z
      .object({ level: z.number(), from: z.number(), to: z.number() })
      .nullable()
      .describe('Of the difference, by a block bootstrap over the samples'),
    effect: z
      .object({
        delta: z.number().describe("Cliff's delta of the samples: 1 when all of the candidate's are larger"),
        size: z.enum(['negligible', 'small', 'medium', 'large']),
      })
      .nullable(),
    test: z
      .object({
        name: z.enum(['Mann-Whitney U, exact', 'Mann-Whitney U, normal approximation']),
        u: z.number(),
        pValue: z.number(),
        pAdjusted: z.number().describe('For the number of metrics: Benjamini and Hochberg'),
      })
      .nullable(),
    samples: z.object({ baseline: z.int(), candidate: z.int() }).describe('That have the figure'),
    change: z.enum(['better', 'worse', 'none', 'unknown']),
    note: z.string().nullable().describe('Why the change is unknown, or small ones are called none'),
  })
  .meta({ id: 'MetricComparison' });
export type MetricComparison = z.infer<typeof MetricComparison>;

export const ComparedCandidate = z
  .object({
    run: ComparedRun,
    outcome: z.enum(['better', 'worse', 'mixed', 'same', 'unknown', 'incomparable']),
    problems: z.array(ComparabilityProblem),
    metrics: z.array(MetricComparison).describe('Empty when the runs are incomparable'),
  })
  .meta({ id: 'ComparedCandidate' });
export type ComparedCandidate = z.infer<typeof ComparedCandidate>;

export const Comparison = z
  .object({ baseline: ComparedRun, tolerancePercent: z.number(), candidates: z.array(ComparedCandidate) })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof Comparison>;
