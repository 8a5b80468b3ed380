import type { CdcReport } from '#libs/workloads/cdc/cdc.schema.js';
import { escaped } from '../markup.js';
import { countText, msText, rateText, shareText } from '../number-text.js';
import { chartsOf, factsOf, sectionOf, tableOf } from '../page.js';
import { ownChart, type OwnChart } from './own-chart.js';
import type { Panel } from './panel.js';
import { type Reported, reportsOf } from './report-of.js';

const OUTCOMES = ['timed', 'superseded', 'unknown', 'unverified', 'lost'] as const;
const WRONG = ['missing', 'reappeared', 'stale', 'different'] as const;
const CLOCKS = [
  ['acknowledged', 'fromAck'],
  ['sent', 'fromSend'],
  ['due', 'fromDue'],
] as const;
const FIGURES = ['minMs', 'meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const;
const SEEN = [
  ['vanished', 'vanished'],
  ['duplicates', 'duplicates'],
  ['reordered', 'reordered'],
  ['reappearances', 'reappeared for a while'],
  ['unexpectedDeletes', 'unexpected deletes'],
  ['negativeFromAck', 'visible before the acknowledgement'],
] as const;

const PIPELINES: { [P in CdcReport['pipeline']]: string } = {
  external: 'external',
  'scylla-log': "ScyllaDB's own log tables",
  simulated: 'simulated: its figures say nothing of a real one',
};

const factsOfReport = (report: CdcReport): [string, string][] => [
  ['Pipeline', PIPELINES[report.pipeline]],
  ['Seen by', `${report.method}: ${report.methodNote}`],
  [
    'Written',
    `${countText(report.written.insert)} inserts, ${countText(report.written.update)} updates, ${countText(report.written.delete)} deletes; ${countText(report.failedWrites)} failed (${shareText(report.errorShare)})`,
  ],
  ['Events', `${rateText(report.eventsPerSecond)} per second after the ramp`],
  ['Sampled', `${countText(report.sampledKeys)} keys, ${countText(report.sampledChanges)} changes`],
  [
    'Verified',
    `${shareText(report.verifiedShare)}; of ${countText(report.unseen)} changes of deleted rows nothing can be said`,
  ],
  ['Most waited for', `${countText(report.queueDepthMax)} changes at once`],
  [
    'Drained',
    report.drained ? `in ${msText(report.drainMs)} ms` : `no: the deadline came after ${msText(report.drainMs)} ms`,
  ],
  [
    'Clock of PostgreSQL',
    report.clock === null
      ? 'not compared'
      : `${msText(Math.abs(report.clock.offsetMs))} ms ${report.clock.offsetMs < 0 ? 'behind' : 'ahead'}, to within ${msText(report.clock.errorMs)} ms`,
  ],
  ['Polling error', report.pollGapMaxMs === null ? 'not polled' : `at most ${msText(report.pollGapMaxMs)} ms`],
  [
    'Commit log',
    `${report.commitlogSyncPeriodMs === null ? '' : `synced every ${msText(report.commitlogSyncPeriodMs)} ms. `}${report.commitlogNote}`,
  ],
];

function tables(reports: readonly Reported<'cdc'>[]): string {
  const latencies = reports.flatMap(({ label, report }) =>
    CLOCKS.map(([name, clock]) => [
      label,
      name,
      countText(report[clock].count),
      ...FIGURES.map((figure) => msText(report[clock][figure])),
    ]),
  );
  const outcomes = reports.map(({ label, report }) => [
    label,
    shareText(report.verifiedShare),
    ...OUTCOMES.map((name) => countText(report.outcomes[name])),
    ...(['deadline', 'backlog', 'notFollowed'] as const).map((name) => countText(report.unverifiedBy[name])),
  ]);
  const wrong = reports.map(({ label, report }) => [
    label,
    countText(report.wrongRowCount),
    ...WRONG.map((name) => countText(report.wrongRows[name])),
    ...SEEN.map(([name]) => countText(report[name])),
  ]);
  const sink = reports.flatMap(({ label, report }) =>
    Object.entries(report.sinkErrors).map(([name, count]) => [label, name, countText(count)]),
  );
  return [
    sectionOf(
      'Replication latency',
      tableOf(['Run', 'visible after it was', 'changes', 'min ms', 'mean', 'p50', 'p95', 'p99', 'max'], latencies),
    ),
    sectionOf(
      'What became of the changes',
      tableOf(['Run', 'verified', ...OUTCOMES, 'by deadline', 'by backlog', 'not followed'], outcomes),
    ),
    sectionOf(
      'Rows that are wrong at the end',
      tableOf(['Run', 'wrong', ...WRONG, ...SEEN.map(([, name]) => name)], wrong),
    ),
    sectionOf('Errors of PostgreSQL', tableOf(['Run', 'class', 'errors'], sink)),
  ].join('');
}

const CHARTS: readonly OwnChart[] = [
  {
    title: 'Changes by what became of them',
    unit: '1/s',
    lines: OUTCOMES.map((name) => [name, name] as const),
    perSecond: true,
  },
  { title: 'Changes that are waited for', unit: 'changes', lines: [['unseen', 'at the end']] },
];

/** How the changes fared: latency to PostgreSQL, outcomes, and rows that are wrong. */
export const cdcPanel: Panel = (pictures, frame) => {
  const reports = reportsOf(pictures, 'cdc');
  return [
    ...reports.map(({ label, report }) =>
      sectionOf(
        reports.length > 1 ? `Replication: ${label}` : 'Replication',
        report.outcomes.lost > 0 || report.wrongRowCount > 0
          ? `<p class="bad">${escaped(`${countText(report.outcomes.lost)} changes are lost, ${countText(report.wrongRowCount)} rows are wrong.`)}</p>`
          : '',
        factsOf(factsOfReport(report)),
      ),
    ),
    tables(reports),
    sectionOf('Verification over time', chartsOf(CHARTS.map((chart) => ownChart(pictures, frame, chart)))),
  ].join('');
};
