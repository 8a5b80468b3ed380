import { z } from 'zod';
import { Validity } from '#libs/contract/status.js';
import { OperationSummary, TargetShardFigures } from '#libs/contract/summary.js';

const Figure = z.number().nullable();

/** One figure for each interval; a latency is null where too few operations support it. Milliseconds. */
export const LatencySeries = z.object({
  meanMs: z.array(Figure),
  p50Ms: z.array(Figure),
  p95Ms: z.array(Figure),
  p99Ms: z.array(Figure),
  p999Ms: z.array(Figure),
  maxMs: z.array(Figure),
});
export type LatencySeries = z.infer<typeof LatencySeries>;

/** What one operation did over time: every array has one element for each interval. */
export const OperationSeries = z.object({
  /** Successful operations per second. */
  ratePerSecond: z.array(z.number()),
  /** Failed operations per second. */
  failedPerSecond: z.array(z.number()),
  /** Operations per second that were due and never started. */
  droppedPerSecond: z.array(z.number()),
  serviceTime: LatencySeries,
  /** From when an operation was due; null in a run where nothing fell due. */
  responseTime: LatencySeries.nullable(),
});
export type OperationSeries = z.infer<typeof OperationSeries>;

/** One run of the picture. */
export const GraphRun = z.object({
  /** What -graph op= says, else the name of the command. */
  operation: z.string(),
  revision: z.string(),
  command: z.string(),
  cluster: z.string(),
  simulated: z.boolean(),
  startedAtMs: z.int().nullable(),
  result: z.enum(['completed', 'failed', 'stopped']),
  /** Why it failed. */
  reason: z.string().nullable(),
  /** Operations that were due in every second; null in a closed loop, where nothing falls due. */
  ratePerSecond: z.number().nullable(),
  validity: Validity,
  /** Ends of the intervals, seconds from the start. */
  endS: z.array(z.number()),
  series: z.record(z.string(), OperationSeries),
  /** Over the whole run, from merged histograms. */
  summary: z.record(z.string(), OperationSummary),
  /** Of each shard of the target over the whole run; empty where it shows none. */
  shards: z.array(TargetShardFigures).default([]),
  /** What the figures say of the target, in sentences. */
  findings: z.array(z.string()).default([]),
});
export type GraphRun = z.infer<typeof GraphRun>;

/** All runs of one file. */
export const GraphData = z.object({
  format: z.literal('tidemark-graph-1'),
  title: z.string(),
  runs: z.array(GraphRun),
});
export type GraphData = z.infer<typeof GraphData>;
