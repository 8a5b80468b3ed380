import { countText } from '../number-text.js';
import { sectionOf, tableOf } from '../page.js';
import type { Panel } from './panel.js';
import { reportsOf } from './report-of.js';

const COUNTS = [
  ['files', 'files'],
  ['rows read', 'rowsRead'],
  ['left out', 'skippedRows'],
  ['bad rows', 'badRowCount'],
  ['submitted', 'submitted'],
  ['ok', 'ok'],
  ['timeouts', 'timeouts'],
  ['errors', 'errors'],
  ['missing', 'missing'],
  ['different', 'different'],
  ['not submitted', 'notSubmitted'],
  ['most batches waiting', 'queueDepthMax'],
] as const;

/** What became of the rows that were looked up. */
export const queryPanel: Panel = (pictures) => {
  const reports = reportsOf(pictures, 'query');
  const rows = reports.map(({ label, report }) => [
    label,
    report.dataset,
    ...COUNTS.map(([, name]) => countText(report[name])),
  ]);
  const bad = reports.flatMap(({ label, report }) =>
    report.badRows.map((row) => [label, ...Object.values(row).map(String)]),
  );
  const names = Object.keys(reports.flatMap(({ report }) => report.badRows)[0] ?? {});
  return [
    sectionOf('Rows looked up', tableOf(['Run', 'dataset', ...COUNTS.map(([name]) => name)], rows)),
    sectionOf('Rows that could not be asked for', tableOf(['Run', ...names], bad, { words: true })),
  ].join('');
};
