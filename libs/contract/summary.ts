import { z } from 'zod';
import { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { GenerateReport } from '#libs/workloads/generate/generate.schema.js';
import { LoadReport } from '#libs/workloads/load/load.schema.js';
import { QueryReport } from '#libs/workloads/query/query.schema.js';
import { ZookeeperReport } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import { SoakReport } from '#libs/workloads/soak/soak.schema.js';
import { SearchReport } from '#libs/workloads/search/search.schema.js';
import { SuiteReport } from '#libs/workloads/suite/suite.schema.js';
import { LatencyFigures, OperationCounters, ServerGc } from './interval.js';
import { Validity, Verdict } from './status.js';
import { ThresholdResult } from './threshold.js';

export { Threshold, ThresholdResult } from './threshold.js';

export const OperationSummary = z
  .object({
    ...OperationCounters.shape,
    ratePerSecond: z.number(),
    serviceTime: LatencyFigures,
    responseTime: LatencyFigures.nullable(),
    waitTime: LatencyFigures.nullable(),
    failedServiceTime: LatencyFigures.nullable(),
  })
  .meta({ id: 'OperationSummary' });
export type OperationSummary = z.infer<typeof OperationSummary>;

/** A value that did not come back as it was generated. Bytes as hex; `found` is null for a missing row or cell. */
export const Mismatch = z
  .object({ key: z.string(), column: z.string(), expected: z.string(), found: z.string().nullable() })
  .meta({ id: 'Mismatch' });
export type Mismatch = z.infer<typeof Mismatch>;

/** One shard of the target over the whole run, by the requests that were sent to it, retries and all. */
export const TargetShardFigures = z
  .object({
    node: z.string().describe('address:port'),
    shard: z.int(),
    operations: z.int().describe('Failed ones included'),
    errors: z.int(),
    meanMs: z.number().nullable().describe('Service time of the successful ones, to within 4 %, as the others'),
    p50Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    maxMs: z.number().nullable(),
  })
  .meta({ id: 'TargetShardFigures' });
export type TargetShardFigures = z.infer<typeof TargetShardFigures>;

/** Something that the figures say of the target, and a reader would have to look for. */
export const Finding = z
  .object({
    code: z.enum(['SHARD_SLOW', 'SHARD_FAILING', 'SHARD_BUSY']),
    subject: z.string().describe('What it is about'),
    message: z.string(),
  })
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof Finding>;

/** What a run made or found beside its intervals, by kind. */
export const RunReport = z
  .discriminatedUnion('kind', [
    GenerateReport,
    LoadReport,
    QueryReport,
    ZookeeperReport,
    SoakReport,
    CdcReport,
    SuiteReport,
    SearchReport,
  ])
  .meta({ id: 'RunReport' });
export type RunReport = z.infer<typeof RunReport>;

/** What the executors of one region measured, from their merged histograms. */
export const RegionSummary = z
  .object({
    executors: z.int(),
    operations: z.record(z.string(), OperationSummary).describe('By operation, and total'),
  })
  .meta({ id: 'RegionSummary' });
export type RegionSummary = z.infer<typeof RegionSummary>;

/** The result of a run: what was measured, whether it met its thresholds, whether it can be believed. */
export const Summary = z
  .object({
    startedAtMs: z.int().nullable(),
    endedAtMs: z.int().nullable(),
    durationMs: z.number(),
    simulated: z.boolean().describe('True when the target was the simulator'),
    operations: z.record(z.string(), OperationSummary).describe('By operation, and total'),
    regions: z
      .record(z.string(), RegionSummary)
      .optional()
      .describe('By the label `region` of the executors, where they have one'),
    mismatches: z.array(Mismatch).describe('The first mismatches found by validating reads, at most 100'),
    mismatchCount: z.int(),
    startSkewMs: z.number().nullable().describe('Largest difference between the real starts of the shards'),
    coverage: z.number().describe('Share of the planned shard-seconds that reported'),
    clientCpuUsPerOperation: z.number().nullable(),
    verdict: Verdict,
    thresholds: z.array(ThresholdResult),
    validity: Validity,
    targetShards: z.array(TargetShardFigures).optional().describe('Where the target shows its shards (ScyllaDB)'),
    findings: z.array(Finding).optional(),
    serverGc: ServerGc.optional().describe('Where the run names metrics pages of its target'),
    report: RunReport.optional().describe('What was made, for kinds that make something'),
  })
  .meta({ id: 'Summary' });
export type Summary = z.infer<typeof Summary>;
