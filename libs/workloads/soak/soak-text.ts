import type { SoakReport, SoakSpec } from './soak.schema.js';

const RULE = '='.repeat(80);
const MS_PER_S = 1_000;

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** What is said before the first batch; `lanes` over all executors. */
export function headLines(spec: SoakSpec, lanes: number): string[] {
  const { keyspace, table, consistencyLevel, batchMin, batchMax, batchSizes } = spec;
  const end =
    spec.durationMs === undefined
      ? spec.scaler.type !== 'none' && spec.scaler.cycles !== undefined
        ? `for ${count(spec.scaler.cycles)} cycles of the scaler`
        : 'until stopped (Ctrl-C)'
      : `for ${spec.durationMs / MS_PER_S} s`;
  return [
    `Writing to and reading from ${keyspace}.${table} at ${consistencyLevel}, ${end}`,
    `Writers ${spec.writers} on ${lanes} lanes: unlogged batches of ${batchMin} to ${batchMax} rows (${batchSizes}), at most ${spec.batchesInFlight} in flight in all`,
    spec.readers === 0
      ? 'Readers none'
      : `Readers ${spec.readers}: ${spec.readRatePerSecond} reads/s in all (${spec.readArrival}), ${spec.verifyShare * 100} % verified`,
    '',
  ];
}

/** What is said after the end. */
export function footLines(report: SoakReport, seconds: number): string[] {
  const perSecond = (value: number) => count(seconds > 0 ? value / seconds : 0);
  const { rowsWritten, batches, reads, verifiedReads, missing, different, failedBatches, failedReads } = report;
  const { openBatches, openRows, failedRows, batchRetries, limitLowest, limitDecreases, readersWaitedMs } = report;
  const uncertain = failedRows + openRows;
  return [
    '',
    RULE,
    `Ended after ${seconds.toFixed(1)} s`,
    `Rows written: ${count(rowsWritten)} in ${count(batches)} batches, ${perSecond(rowsWritten)} rows/s`,
    `Reads: ${count(reads)}, ${perSecond(reads)} rps; ${count(verifiedReads)} rows compared whole`,
    ...(readersWaitedMs === null ? [] : [`Readers waited ${Math.round(readersWaitedMs)} ms for the first rows`]),
    missing + different === 0
      ? 'Every row that was read is as it was written'
      : `Acknowledged rows not found: ${count(missing)}, other than written: ${count(different)}`,
    ...(failedReads > missing + different ? [`Failed reads: ${count(failedReads - missing - different)}`] : []),
    ...(uncertain > 0
      ? [
          `Batches that failed: ${count(failedBatches)}, without an answer at the end: ${count(openBatches)}; of their ${count(uncertain)} rows some may be there`,
        ]
      : []),
    ...(batchRetries + limitDecreases > 0
      ? [
          `Backpressure: ${count(limitDecreases)} times fewer batches in flight, ${count(limitLowest)} at the least; ${count(batchRetries)} retries`,
        ]
      : []),
    RULE,
  ];
}
