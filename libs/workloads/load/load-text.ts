import type { LoadedFile, LoadReport, LoadSpec } from './load.schema.js';

const RULE = '='.repeat(80);
const count = (value: number): string => value.toLocaleString('en-US');

/** `✓ File   1/36: data/worker01_data_0001.csv (50000 rows, 49990 written, 10 rejected, 0 failed)` */
export function loadedLine(
  file: Pick<LoadedFile, 'name' | 'written' | 'rejected' | 'failed'>,
  place: number,
  files: number,
  shown: string,
): string {
  const { name, written, rejected, failed } = file;
  const rows = written + rejected + failed;
  return `✓ File ${String(place).padStart(3)}/${files}: ${shown}/${name} (${rows} rows, ${written} written, ${rejected} rejected, ${failed} failed)`;
}

/** What is said before the first file. */
export const loadHead = ({ keyspace, table, pattern, batchSize, concurrency }: LoadSpec, shown: string): string[] => [
  `Loading ${shown}/${pattern} into ${keyspace}.${table}`,
  `${batchSize === 1 ? 'Prepared inserts' : `Unlogged batches of up to ${batchSize} rows`}, ${concurrency} in flight`,
  '',
];

const verifiedLines = (verification: LoadReport['verification']): string[] =>
  verification === undefined
    ? []
    : [`Read back: ${count(verification.same)} of ${count(verification.checked)} rows are as in the files`];

/** What is said after the last file; the rate is of the rows that were decided now. */
export function loadFoot(report: LoadReport, seconds: number): string[] {
  const { read, written, rejected, failed, resumedRows, files, verification } = report;
  const perSecond = seconds > 0 ? (read - resumedRows) / seconds : 0;
  const rejects = files.filter(({ rejectFile }) => rejectFile !== null);
  return [
    '',
    RULE,
    `Completed in ${seconds.toFixed(1)}s`,
    `Total files: ${files.length}`,
    `Total rows: ${count(read)}${resumedRows > 0 ? ` (${count(resumedRows)} of them by a run before)` : ''}`,
    `Throughput: ${count(Math.round(perSecond))} rows/sec`,
    ...verifiedLines(verification),
    ...rejects.map(({ name, rejectFile }) => `Rejected rows of ${name}: ${rejectFile}`),
    RULE,
    `ok=${written} | errors=${failed} | rejected=${rejected} | rows_read=${read} | files=${files.length} | resumed=${resumedRows} | rows_per_s=${perSecond.toFixed(0)} | seconds=${seconds.toFixed(1)}${verification === undefined ? '' : ` | verified=${verification.same} | missing=${verification.missing} | different=${verification.different} | unanswered=${verification.unanswered}`}`,
  ];
}
