import { comparedHeads } from './compared-heads.js';
import { executorCharts } from './executor-charts.js';
import { counterTable, errorTable, labelOf, latencyTable, percentileTable } from './figure-tables.js';
import { escaped } from './markup.js';
import { chartedOperations, overlaidCharts, percentilePlots, runCharts } from './operation-charts.js';
import { pageOf, sectionOf } from './page.js';
import { kindPanel } from './panels/kind-panels.js';
import type { RunPicture } from './picture/run-picture.js';
import {
  annotationTable,
  executorTable,
  findingList,
  gapTable,
  historyTable,
  mismatchTable,
  regionTable,
  serverGcFacts,
  specText,
  targetShardTable,
} from './run-details.js';
import { headOf, thresholdTable } from './run-head.js';
import { frameOf } from './time-frame.js';

/** Of the tool that makes the page. */
export interface Maker {
  version: string;
}

const RULES =
  'Response time counts from when an operation was due, service time from when it was sent. Percentiles come from merged histograms and are shown only where at least 10 samples lie beyond them; failed operations are in neither. Shaded times: a part of the run reported nothing.';

const footOf = ({ version }: Maker): string =>
  `<p class="faint">${escaped(RULES)}</p><p class="faint">Made by Tidemark ${escaped(version)}.</p>`;

const DOWNLOADS =
  '<p class="faint">The same as <a href="report.json">JSON</a> and <a href="report.csv">CSV</a>; the histograms as an <a href="hdr">HDR log</a>.</p>';

function leftOut(pictures: readonly RunPicture[]): string {
  const { left } = chartedOperations(pictures);
  return left.length === 0 ? '' : `<p class="faint">In the tables only: ${escaped(left.join(', '))}.</p>`;
}

/** A run of any kind of load as one page. */
function singlePage(picture: RunPicture, maker: Maker): string {
  const frame = frameOf([picture]);
  const all = [picture];
  const telling = { several: false };
  return pageOf(
    `${picture.run.kind}: ${labelOf(picture)}`,
    [
      headOf(picture),
      DOWNLOADS,
      sectionOf('Results', counterTable(all, telling), latencyTable(all, telling)),
      sectionOf('Thresholds', thresholdTable(picture)),
      sectionOf('Findings', findingList(picture)),
      sectionOf(
        'Over time',
        picture.points.length === 0 ? '<p>Nothing was measured.</p>' : runCharts(picture, frame),
        leftOut(all),
      ),
      sectionOf('Percentiles', percentilePlots(all), percentileTable(all, telling)),
      kindPanel(all, frame),
      sectionOf('Errors', errorTable(all, telling)),
      sectionOf('What happened', annotationTable(all, telling)),
      sectionOf('Gaps', gapTable(all, telling)),
      sectionOf('Values that differ', mismatchTable(picture)),
      sectionOf('Regions', regionTable(picture)),
      sectionOf('Shards of the target', targetShardTable(picture)),
      sectionOf('Garbage collection of the target', serverGcFacts(picture)),
      sectionOf('The generator', executorTable(picture), executorCharts(picture, frame)),
      sectionOf('History', historyTable(picture)),
      sectionOf('Specification', specText(picture)),
      footOf(maker),
    ].join(''),
  );
}

/** Runs of one kind over each other, from their starts. */
function overlaidPage(pictures: readonly RunPicture[], maker: Maker): string {
  const frame = frameOf(pictures);
  const telling = { several: true };
  return pageOf(
    pictures.map(labelOf).join(', '),
    [
      sectionOf('Runs', comparedHeads(pictures)),
      sectionOf('Results', counterTable(pictures, telling), latencyTable(pictures, telling)),
      sectionOf('Over time', overlaidCharts(pictures, frame), leftOut(pictures)),
      sectionOf('Percentiles', percentilePlots(pictures), percentileTable(pictures, telling)),
      kindPanel(pictures, frame),
      sectionOf('Errors', errorTable(pictures, telling)),
      sectionOf('What happened', annotationTable(pictures, telling)),
      sectionOf('Gaps', gapTable(pictures, telling)),
      sectionOf('Specifications', ...pictures.map(specText)),
      footOf(maker),
    ].join(''),
  );
}

/** One page over one run, or over several of one kind; it needs nothing but itself. */
export function runPage(pictures: readonly RunPicture[], maker: Maker): string {
  const [first, ...others] = pictures;
  if (first === undefined) throw new RangeError('expected at least one run, found none');
  return others.length === 0 ? singlePage(first, maker) : overlaidPage(pictures, maker);
}
