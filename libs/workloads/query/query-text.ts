import type { QueryReport, QuerySpec } from './query.schema.js';

const RULE = '='.repeat(80);

const count = (value: number): string => value.toLocaleString('en-US');

const LEVELS = { info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

/** A line of a run's log as the original writes it; what no worker says the coordinator does. */
export function logLine(atMs: number, level: keyof typeof LEVELS, message: string): string {
  const instant = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  const said = message.startsWith('worker=')
    ? message
    : `worker=coordinator | thread=main | ${LEVELS[level]} | ${message}`;
  return `${instant} | ${said}`;
}

/** What is said before the first query. */
export const headLines = (
  { dryRun, concurrency, batchSize, queueSize, fileGlob }: QuerySpec,
  shown: string,
  workers: number,
): string[] => [
  `Querying the rows of ${shown}/${fileGlob} with ${workers} workers${dryRun ? ' (dry run: nothing is sent)' : ''}`,
  `Concurrency ${concurrency}, batches of ${batchSize}, queue of ${queueSize} batches per worker`,
  '',
];

/** What is said after the last query. */
export function footLines(report: QueryReport, seconds: number): string[] {
  const { ok, timeouts, errors, submitted, rowsRead, files, missing, different, badRowCount, notSubmitted } = report;
  const perSecond = seconds > 0 ? ok / seconds : 0;
  const checks =
    missing + different === 0
      ? 'Every row that was answered was found as expected'
      : `Rows not found: ${count(missing)}, rows that differ from the CSV: ${count(different)}`;
  return [
    '',
    RULE,
    `Completed in ${seconds.toFixed(1)}s`,
    `Total files: ${files}`,
    `Total queries: ${count(submitted)}`,
    `Throughput: ${count(Math.round(perSecond))} queries/sec`,
    checks,
    ...(badRowCount > 0 ? [`Rows that could not be asked for: ${count(badRowCount)}`] : []),
    ...(notSubmitted > 0 ? [`Rows read and not asked for any more: ${count(notSubmitted)}`] : []),
    RULE,
    `qps=${perSecond.toFixed(1)} | ok=${ok} | timeouts=${timeouts} | errors=${errors} | submitted=${submitted} | rows_read=${rowsRead} | files=${files} | queue_depth=0 | missing=${missing} | different=${different} | bad_rows=${badRowCount} | seconds=${seconds.toFixed(1)}`,
  ];
}
