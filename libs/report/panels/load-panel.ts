import { countText } from '../number-text.js';
import { sectionOf, tableOf } from '../page.js';
import type { Panel } from './panel.js';
import { reportsOf } from './report-of.js';

const MOST_FILES = 100;
const ROWS = ['read', 'written', 'rejected', 'failed', 'resumedRows'] as const;
const WORDS = ['read', 'written', 'rejected', 'failed', 'of an earlier run'];

/** What became of the rows, in all and of each file, and what reading them back has shown. */
export const loadPanel: Panel = (pictures) => {
  const reports = reportsOf(pictures, 'load');
  const all = reports.map(({ label, report }) => [
    label,
    `${report.keyspace}.${report.table}`,
    ...ROWS.map((name) => countText(report[name])),
  ]);
  const verified = reports.flatMap(({ label, report: { verification } }) =>
    verification === undefined
      ? []
      : [
          [
            label,
            ...[
              verification.checked,
              verification.same,
              verification.missing,
              verification.different,
              verification.unanswered,
            ].map(countText),
            verification.complete ? 'yes' : 'stopped',
          ],
        ],
  );
  const files = reports.flatMap(({ label, report }) =>
    report.files
      .slice(0, MOST_FILES)
      .map((file) => [
        label,
        file.name,
        ...ROWS.map((name) => countText(file[name])),
        file.done ? 'yes' : 'no',
        file.rejectFile ?? '',
      ]),
  );
  const left = reports.reduce((sum, { report }) => sum + Math.max(0, report.files.length - MOST_FILES), 0);
  return [
    sectionOf('Rows', tableOf(['Run', 'table', ...WORDS], all)),
    sectionOf(
      'Read back',
      tableOf(['Run', 'checked', 'same', 'missing', 'different', 'unanswered', 'to the end'], verified),
    ),
    sectionOf(
      'Files',
      tableOf(['Run', 'file', ...WORDS, 'whole', 'reject file'], files),
      left > 0 ? `<p class="faint">${left} more files: report.json has them.</p>` : '',
    ),
  ].join('');
};
