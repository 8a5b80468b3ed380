import type { SoakReport } from './soak.schema.js';

const SUMS = [
  'batches',
  'rowsWritten',
  'failedBatches',
  'failedRows',
  'openBatches',
  'openRows',
  'batchRetries',
  'reads',
  'failedReads',
  'verifiedReads',
  'missing',
  'different',
  'limitLowest',
  'limitDecreases',
] as const;

/** One report of what several lanes or executors have done; undefined for none. */
export function joinSoaked(reports: readonly SoakReport[]): SoakReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const joined = { ...first };
  for (const name of SUMS) joined[name] = reports.reduce((sum, report) => sum + report[name], 0);
  const waits = reports.map(({ readersWaitedMs }) => readersWaitedMs).filter((ms) => ms !== null);
  joined.readersWaitedMs = waits.length === 0 ? null : Math.max(...waits);
  return joined;
}
