import type { PhaseFigures, Resize, ScalerReport } from '#libs/scaler/scaler-report.schema.js';
import { countText, durationText, msText, rateText } from '../number-text.js';
import { chartsOf, sectionOf, tableOf } from '../page.js';
import type { Frame } from '../time-frame.js';
import { ownChart, type OwnChart } from './own-chart.js';
import type { Panel } from './panel.js';
import { type Reported, reportsOf } from './report-of.js';

const COUNTS = [
  ['batches', 'batches'],
  ['rows written', 'rowsWritten'],
  ['failed batches', 'failedBatches'],
  ['rows of them', 'failedRows'],
  ['without an answer', 'openBatches'],
  ['batch retries', 'batchRetries'],
  ['reads', 'reads'],
  ['failed reads', 'failedReads'],
  ['verified', 'verifiedReads'],
  ['missing', 'missing'],
  ['different', 'different'],
  ['lowest limit', 'limitLowest'],
  ['times lowered', 'limitDecreases'],
] as const;

const PHASES = ['before', 'during', 'after'] as const;

const backText = (ms: number | null): string =>
  ms === null ? 'not seen' : ms === 0 ? 'never left' : durationText(ms / 1000);
const since = (atMs: number | null, fromMs: number): string =>
  atMs === null ? '-' : durationText((atMs - fromMs) / 1000);

const figuresOf = ({ operations, errors, ratePerSecond, p50Ms, p99Ms, maxMs }: PhaseFigures): string[] => [
  countText(operations),
  countText(errors),
  rateText(ratePerSecond),
  ...[p50Ms, p99Ms, maxMs].map(msText),
];

/** Who resized stands first: what a simulator's control port did is no provider's work. */
const scalerRow = ({ label, scaler }: { label: string; scaler: ScalerReport }): string[] => [
  label,
  scaler.type === 'simulated' ? 'simulated: nodes of the simulator' : scaler.type,
  countText(scaler.cycles),
  countText(scaler.omittedResizes),
  scaler.ended ?? '',
];

const resizeRow = (label: string, startMs: number, resize: Resize): string[] => [
  label,
  `${resize.number}: ${resize.from} to ${resize.to} nodes`,
  `${((resize.startedAtMs - startMs) / 1000).toFixed(1)} s`,
  resize.outcome,
  since(resize.healthyAtMs, resize.startedAtMs),
  since(resize.stableAtMs, resize.startedAtMs),
  String(resize.gaps),
  backText(resize.throughputBackMs),
  backText(resize.p99BackMs),
  resize.detail ?? '',
];

const phaseRows = (label: string, resize: Resize): string[][] =>
  PHASES.flatMap((phase) =>
    Object.entries(resize[phase]?.operations ?? {}).map(([operation, figures]) => [
      label,
      `${resize.number}: ${resize.from} to ${resize.to}`,
      phase,
      operation,
      ...figuresOf(figures),
    ]),
  );

function resizeSection(reports: readonly Reported<'soak'>[]): string {
  const all = reports.flatMap(({ label, picture, report }) =>
    (report.scaler?.resizes ?? []).map((resize) => ({ label, startMs: picture.startMs, resize })),
  );
  const head = [
    'Run',
    'resize',
    'asked for at',
    'outcome',
    'healthy after',
    'stable after',
    'gaps',
    'throughput back',
    'p99 back',
    '',
  ];
  const scalers = reports.flatMap(({ label, report: { scaler } }) => (scaler === undefined ? [] : [{ label, scaler }]));
  return sectionOf(
    'Resizes',
    tableOf(['Run', 'scaler', 'whole cycles', 'earlier resizes, not listed', 'ended'], scalers.map(scalerRow), {
      words: true,
    }),
    tableOf(
      head,
      all.map(({ label, startMs, resize }) => resizeRow(label, startMs, resize)),
      { words: true },
    ),
    tableOf(
      ['Run', 'resize', 'phase', 'operation', 'operations', 'errors', 'op/s', 'p50 ms', 'p99', 'max'],
      all.flatMap(({ label, resize }) => phaseRows(label, resize)),
    ),
  );
}

/** Times in which the target changed its size, for the charts of the panel. */
const zonesOf = (reports: readonly Reported<'soak'>[]): Frame['zones'] =>
  reports.flatMap(({ picture, report }) =>
    (report.scaler?.resizes ?? []).map(({ number, from, to, startedAtMs, healthyAtMs, stableAtMs }) => ({
      from: Math.max(0, (startedAtMs - picture.startMs) / 1000),
      to: Math.min(picture.seconds, ((healthyAtMs ?? stableAtMs ?? Number.MAX_SAFE_INTEGER) - picture.startMs) / 1000),
      label: `resize ${number}: ${from} to ${to} nodes`,
      isGap: false,
    })),
  );

const PACING: readonly OwnChart[] = [
  {
    title: 'Batches in flight that backpressure allows',
    unit: 'batches',
    lines: [
      ['limit', 'at the end'],
      ['lowestLimit', 'lowest'],
    ],
  },
  {
    title: 'Backpressure',
    unit: '1/s',
    lines: [
      ['decreases', 'limit lowered'],
      ['backoffs', 'batches that waited'],
    ],
    perSecond: true,
  },
  { title: 'Written rows that readers can draw', unit: 'rows', lines: [['poolKeys', 'rows']] },
];

/** Batches and reads, the limit that backpressure moved, and what each resize of the target did to the load. */
export const soakPanel: Panel = (pictures, frame) => {
  const reports = reportsOf(pictures, 'soak');
  const shown = { ...frame, zones: [...frame.zones, ...zonesOf(reports)] };
  const rows = reports.map(({ label, report }) => [
    label,
    `${report.keyspace}.${report.table}`,
    ...COUNTS.map(([, name]) => countText(report[name])),
  ]);
  return [
    sectionOf('Batches and reads', tableOf(['Run', 'table', ...COUNTS.map(([name]) => name)], rows)),
    sectionOf('Backpressure', chartsOf(PACING.map((chart) => ownChart(pictures, shown, chart)))),
    resizeSection(reports),
  ].join('');
};
