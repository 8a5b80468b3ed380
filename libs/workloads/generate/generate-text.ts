import type { GenerateReport, GenerateSpec } from './generate.schema.js';

const RULE = '='.repeat(80);

const count = (value: number): string => value.toLocaleString('en-US');

/** What is said before the first file. */
export const headLines = ({ files, rowsPerFile, threads }: GenerateSpec, shown: string): string[] => [
  `Generating ${files} files with ${rowsPerFile} rows each`,
  `Output directory: ${shown}`,
  `Using ${threads} threads`,
  '',
];

/** What is said after the last file; rates are of what was made now, without what was kept. */
export function footLines(report: GenerateReport, seconds: number): string[] {
  const { files, keptFiles, rows, keptRows, dataBytes, storedBytes, sizes } = report;
  const madeRows = rows - keptRows;
  const perSecond = seconds > 0 ? madeRows / seconds : 0;
  const megabytesPerSecond = rows > 0 ? (perSecond * dataBytes) / rows / 1e6 : 0;
  const sizeLine = `Row sizes: mean ${sizes.meanBytes.toFixed(0)} bytes (asked ${sizes.askedMeanBytes.toFixed(0)}), ${sizes.minBytes} to ${sizes.maxBytes}, largest difference of a share ${(100 * sizes.largestDifference).toFixed(2)} %`;
  return [
    '',
    RULE,
    `Completed in ${seconds.toFixed(1)}s`,
    `Total files: ${files}${keptFiles > 0 ? ` (${keptFiles} of them kept)` : ''}`,
    `Total rows: ${count(rows)}`,
    `Throughput: ${count(Math.round(perSecond))} rows/sec`,
    sizeLine,
    RULE,
    `ok=${madeRows} | errors=0 | files=${files} | kept=${keptFiles} | rows=${rows} | data_bytes=${dataBytes} | stored_bytes=${storedBytes} | rows_per_s=${perSecond.toFixed(0)} | mb_per_s=${megabytesPerSecond.toFixed(1)} | seconds=${seconds.toFixed(1)}`,
  ];
}
