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
  ['its acknowledgement', 'fromAck'],
  ['when it was sent', 'fromSend'],
  ['when it was due', 'fromDue'],
] as const;
const FIGURES = ['minMs', 'meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const;
const SEEN = [
  ['vanished', 'vanished'],
  ['duplicates', 'duplicates'],
  ['reordered', 'earlier states'],
  ['reappearances', 'reappeared for a while'],
  ['unexpectedDeletes', 'deleted by others'],
  ['negativeFromAck', 'visible before the acknowledgement'],
] as const;

/** What a stranger to the kind has to know to read its tables. */
const LATENCY_TERMS = [
  [
    'replication',
    'is among the operations above: its service time counts from the acknowledgement of a write, its response time from when the write was due, its wait lies between the two; those that failed are rows that ended wrong, and have no time. It is in no total. Latencies below 0 are in the table below and in no histogram.',
  ],
  [
    'visible',
    'by a slot: when PostgreSQL committed, by its clock less the offset of the clocks; by polling or a log: when the question that found it was asked, by the clock of the executor',
  ],
] as const;
const OUTCOME_TERMS = [
  ['timed', 'it was seen, and when'],
  [
    'superseded',
    'a later state of its row was seen first, or the row was deleted by then: it has arrived and has no time',
  ],
  ['unknown', 'the write itself got no answer: that it happened is as right as that it did not'],
  ['unverified', 'not visible within its deadline, or not followed: too much was waited for, or no time was left'],
  ['lost', 'the last change of a row that is wrong after the drain'],
  [
    'verified',
    'timed and superseded ones, of all but the unknown and those of rows that are deleted and were never seen',
  ],
] as const;
const ROW_TERMS = [
  ['missing', 'it should be there'],
  ['reappeared', 'it was deleted last, and is there'],
  ['stale', 'it is as an earlier change left it'],
  ['different', 'the right change, and other contents'],
  ['vanished', 'wrong now, though its last change was seen to arrive'],
  ['duplicates', 'the same state of a row applied twice; a dash where the method cannot see it'],
  ['earlier states', 'a row went back to one, until a later one came again'],
] as const;

const PIPELINES: { [P in CdcReport['pipeline']]: string } = {
  external: 'external',
  'scylla-log': "ScyllaDB's own log tables",
  simulated: 'simulated: its figures say nothing of a real one',
};

function simulatedFacts({ simulated }: CdcReport): [string, string][] {
  if (simulated === null) return [];
  const { applied, lost, duplicated, reordered } = simulated;
  const counts = `${countText(applied)} changes applied, ${countText(lost)} lost, ${countText(duplicated)} repeated, ${countText(reordered)} reordered`;
  return [['It did', `${counts}, as its script said`]];
}

const factsOfReport = (report: CdcReport): [string, string][] => [
  ['Pipeline', PIPELINES[report.pipeline]],
  ...simulatedFacts(report),
  ['Seen by', `${report.method}: ${report.methodNote}`],
  [
    'Written',
    `${countText(report.written.insert)} inserts, ${countText(report.written.update)} updates, ${countText(report.written.delete)} deletes; ${countText(report.failedWrites)} failed (${shareText(report.errorShare)})`,
  ],
  ['Events', `${rateText(report.eventsPerSecond)} per second after the ramp`],
  ['Sampled', `${countText(report.sampledKeys)} keys, ${countText(report.sampledChanges)} changes`],
  [
    'Verified',
    `${shareText(report.verifiedShare)}${report.unseen === 0 ? '' : `; of ${countText(report.unseen)} superseded changes nothing can be said: their rows are deleted and were never seen`}`,
  ],
  ['Most waited for', `${countText(report.queueDepthMax)} changes at once`],
  [
    'Drained',
    report.drained
      ? `nothing was waited for ${msText(report.drainMs)} ms after the last write`
      : `no: changes were waited for when the deadline came, ${msText(report.drainMs)} ms after the last write`,
  ],
  [
    'Clock of PostgreSQL',
    report.clock === null
      ? 'not compared'
      : `${msText(Math.abs(report.clock.offsetMs))} ms ${report.clock.offsetMs < 0 ? 'behind' : 'ahead of'} that of the executor, to within ${msText(report.clock.errorMs)} ms${report.clock.driftMs === null ? '' : `; ${msText(report.clock.driftMs)} ms more at the end`}`,
  ],
  [
    'Polling error',
    report.pollGapMaxMs === null ? 'none: not polled' : `times are late by at most ${msText(report.pollGapMaxMs)} ms`,
  ],
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
      'Replication latency, ms',
      tableOf(['Run', 'to visible, from', 'changes', 'min', 'mean', 'p50', 'p95', 'p99', 'max'], latencies),
      factsOf(LATENCY_TERMS),
    ),
    sectionOf(
      'What became of the changes',
      tableOf(
        ['Run', 'verified', ...OUTCOMES, 'unverified: deadline', 'unverified: backlog', 'unverified: not followed'],
        outcomes,
      ),
      factsOf(OUTCOME_TERMS),
    ),
    sectionOf(
      'Rows that are wrong at the end, and what was seen on the way',
      tableOf(['Run', 'wrong', ...WRONG, ...SEEN.map(([, name]) => name)], wrong),
      factsOf(ROW_TERMS),
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
  { title: 'Changes that are waited for', unit: 'changes', lines: [['unseen', 'at the end of a stretch']] },
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
