import { bytesText, countText, shareText } from '../number-text.js';
import { sectionOf, tableOf } from '../page.js';
import type { Panel } from './panel.js';
import { reportsOf } from './report-of.js';

/** The dataset: how large it is, and its rows by size beside what was asked for. */
export const generatePanel: Panel = (pictures) => {
  const reports = reportsOf(pictures, 'generate');
  const made = reports.map(({ label, report }) => [
    label,
    report.datasetId ?? '-',
    countText(report.files),
    countText(report.keptFiles),
    countText(report.rows),
    bytesText(report.dataBytes),
    bytesText(report.storedBytes),
    `${bytesText(report.sizes.meanBytes)} (${bytesText(report.sizes.askedMeanBytes)})`,
    shareText(report.sizes.largestDifference),
  ]);
  const sizes = reports.flatMap(({ label, report }) =>
    report.sizes.bins.map((bin) => [
      label,
      `${bytesText(bin.fromBytes)} to ${bytesText(bin.toBytes)}`,
      countText(bin.rows),
      shareText(bin.share),
      shareText(bin.askedShare),
    ]),
  );
  return [
    sectionOf(
      'Dataset',
      tableOf(
        ['Run', 'dataset', 'files', 'kept', 'rows', 'data', 'on disk', 'mean row (asked)', 'largest difference'],
        made,
      ),
    ),
    sectionOf('Rows by size', tableOf(['Run', 'size', 'rows', 'share', 'asked'], sizes)),
  ].join('');
};
