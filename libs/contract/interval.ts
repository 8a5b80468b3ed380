import { z } from 'zod';

/** Which of the three clocks a histogram is of: service time, response time (from when it was due), wait. */
export const HistogramType = z.enum(['st', 'rt', 'wt']).meta({ id: 'HistogramType' });
export type HistogramType = z.infer<typeof HistogramType>;

/** Counters of one operation in one interval. Sums of intervals are totals; nothing here is an average. */
export const OperationCounters = z.object({
  scheduled: z.int().describe('Operations that fell due in the interval (open loop) or were started (closed loop)'),
  completed: z.int().describe('Operations that ended in the interval, failed ones included'),
  failed: z.int(),
  dropped: z.int().describe('Operations that were due but could not be started within the limits'),
  retries: z.int(),
  partitions: z.int(),
  rows: z.int(),
  errors: z.record(z.string(), z.int()).describe('Failed operations by class; the values sum to failed'),
});
export type OperationCounters = z.infer<typeof OperationCounters>;

/** Latency figures derived from one merged histogram, milliseconds. A tail is null when too few samples support it. */
export const LatencyFigures = z
  .object({
    count: z.int(),
    meanMs: z.number(),
    p50Ms: z.number(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    p999Ms: z.number().nullable(),
    maxMs: z.number(),
    minMs: z.number(),
  })
  .meta({ id: 'LatencyFigures' });
export type LatencyFigures = z.infer<typeof LatencyFigures>;

/**
 * What was seen of one shard of the target since the last such report: requests as they were sent, retries and all, from
 * the connection to the shard and back.
 */
export const TargetShardCounts = z
  .object({
    node: z.string().describe('address:port'),
    shard: z.int(),
    operations: z.int().describe('Failed ones included'),
    errors: z.int(),
    sumNs: z.number().describe('Service times of the successful ones, nanoseconds'),
    maxNs: z.number(),
    buckets: z.array(z.int()).describe('Bucket and count by turns; see libs/stats/shard-meter.ts'),
  })
  .meta({ id: 'TargetShardCounts' });
export type TargetShardCounts = z.infer<typeof TargetShardCounts>;

/** What kinds that read rows from files did of it in one interval. */
export const Reading = z
  .object({
    rowsRead: z.int(),
    files: z.int().describe('Read to their end'),
    queueDepth: z.int().describe('Batches that waited at the end of it, of the worker with most of them'),
  })
  .meta({ id: 'Reading' });
export type Reading = z.infer<typeof Reading>;

/** How writers held back in one interval, for kinds that do. */
export const Pacing = z
  .object({
    limit: z.number().describe('Batches that may be in flight at the end of it, all lanes together'),
    lowest: z.number().describe('The lowest that it was, of each lane, added up'),
    decreases: z.int().describe('Times that a lane was refused and lowered it'),
    backoffs: z.int().describe('Waits before a batch was tried again, or the next one after a failure'),
    backoffMs: z.number().describe('How long they were together'),
    inFlight: z.int().optional().describe('Batches without an answer at the end of it; absent in older runs'),
    poolKeys: z.int().describe('Written rows that readers could draw at the end of it'),
    verified: z.int().describe('Rows that were compared whole'),
    isReading: z.boolean().describe('False until the first readers have a key'),
  })
  .meta({ id: 'Pacing' });
export type Pacing = z.infer<typeof Pacing>;

/** Garbage collection of the target's nodes together, by the metrics pages that the run names. */
export const ServerGc = z
  .object({
    collections: z.number(),
    maxMs: z.number().describe('Of several collections between two readings of a page: their mean'),
    sumMs: z.number(),
    sumSquaresMs: z.number().describe('For the standard deviation'),
    bytes: z.number().describe('Allocated in the young generation'),
  })
  .meta({ id: 'ServerGc' });
export type ServerGc = z.infer<typeof ServerGc>;

/** What the verification of a CDC run found out in one interval. */
export const Replication = z
  .object({
    queueDepth: z.int().describe('Changes that were waited for at the end of it'),
    verified: z
      .object({ timed: z.int(), superseded: z.int(), unknown: z.int(), unverified: z.int(), lost: z.int() })
      .describe('Changes by what became of them; below 0 where a later look decided otherwise'),
    sinkErrors: z.record(z.string(), z.int()).describe('Of PostgreSQL, by class'),
  })
  .meta({ id: 'Replication' });
export type Replication = z.infer<typeof Replication>;

/** What the executor saw of itself in one interval: the evidence for validity. */
export const SelfWatch = z
  .object({
    cpuUs: z.int().describe('CPU time of the whole process, user and system, microseconds'),
    eventLoopDelayMaxMs: z.number(),
    scheduleLagMaxMs: z.number().describe('How late the latest operation was started after it was due'),
    inFlightMax: z.int(),
    inFlightCapHits: z.int(),
    gcPauseMs: z.number(),
    rssBytes: z.int(),
    bytesSent: z.int(),
    bytesReceived: z.int(),
    lateAnswers: z.int().describe('Answers that came after their operation had timed out'),
    loopUtilization: z.number().optional().describe('Share of the time that the busiest lane was not waiting, 0 to 1'),
    targetShards: z
      .array(TargetShardCounts)
      .optional()
      .describe('Where the target shows its shards, every few seconds'),
    reading: Reading.optional(),
    pacing: Pacing.optional(),
    serverGc: ServerGc.optional(),
    replication: Replication.optional(),
    clockJumpMs: z.number().optional().describe('How far the wall clock was set against the monotonic one'),
  })
  .meta({ id: 'SelfWatch' });
export type SelfWatch = z.infer<typeof SelfWatch>;

/** One interval as the API answers it: counters and derived figures, per operation. */
export const IntervalStats = z
  .object({
    interval: z.int().describe('Index from the start of the run'),
    startMs: z.int().describe('Epoch milliseconds'),
    lengthMs: z.number(),
    operation: z.string().describe('READ, WRITE … or total'),
    executorId: z.string().nullable().describe('null when merged over executors'),
    ...OperationCounters.shape,
    ratePerSecond: z.number().describe('Successful operations per second'),
    serviceTime: LatencyFigures,
    responseTime: LatencyFigures.nullable(),
    waitTime: LatencyFigures.nullable(),
    reading: Reading.optional().describe('Of all operations together, for kinds that read rows from files'),
    pacing: Pacing.optional().describe('Of all operations together, for kinds that hold back when the target asks'),
    serverGc: ServerGc.optional().describe('Of all operations together, where the run names metrics pages'),
    replication: Replication.optional().describe('Of all operations together, in CDC runs'),
  })
  .meta({ id: 'IntervalStats' });
export type IntervalStats = z.infer<typeof IntervalStats>;

/** Histograms in HdrHistogram's compressed V2 encoding (3 digits, nanoseconds), without base64. */
export interface OperationInterval extends OperationCounters {
  st: Uint8Array;
  rt?: Uint8Array | undefined;
  wt?: Uint8Array | undefined;
  /** Service time of failed operations; in none of the three above. */
  failedSt?: Uint8Array | undefined;
}

/** One interval of one shard, all lanes merged: what an executor writes and the text output is made of. */
export interface IntervalSnapshot {
  interval: number;
  startMs: number;
  lengthMs: number;
  /** True when the run ended inside the interval. */
  partial: boolean;
  operations: Record<string, OperationInterval>;
  self: SelfWatch;
}
