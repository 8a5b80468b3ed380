import { colorOf, type Line, lineChart, type LineChart } from '#libs/report/line-chart.js';
import { escaped } from '#libs/report/markup.js';
import { chartsOf, pageOf, sectionOf, tableOf } from '#libs/report/page.js';
import { PERCENTILES, TOTAL } from '../locust-fold.js';
import type { ReportRun, SeriesPoint } from './report-run.js';
import { serverCharts } from './server-charts.js';
import { sessionTables } from './session-tables.js';

const shown = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

/** Of all runs: requests, failures, response times, rate; then percentiles, errors and sessions. */
function tables(runs: readonly ReportRun[]): string {
  const all = runs.flatMap((run) => run.rows.map((row) => ({ run, row })));
  const summary = all.map(({ run, row }) => [
    run.label,
    row.name,
    String(row.requests),
    String(row.failures),
    ...[row.medianMs, row.averageMs, row.minMs, row.maxMs].map(shown),
    (run.seconds > 0 ? row.requests / run.seconds : 0).toFixed(1),
  ]);
  const percentiles = all.map(({ run, row }) => [run.label, row.name, ...row.percentilesMs.map(shown)]);
  const errors = all
    .filter(({ row }) => row.name !== TOTAL)
    .flatMap(({ run, row }) =>
      Object.entries(row.errors).map(([error, count]) => [run.label, row.name, error, String(count)]),
    );
  const notes = runs.flatMap(({ label, startMs, annotations }) =>
    annotations.map(({ atMs, label: what }) => [label, what, `${((atMs - startMs) / 1000).toFixed(1)} s`]),
  );
  return [
    sectionOf(
      'Requests',
      tableOf(
        ['Run', 'Name', 'Requests', 'Failures', 'Median ms', 'Average ms', 'Min ms', 'Max ms', 'Requests/s'],
        summary,
      ),
    ),
    sectionOf(
      'Response times in ms, by percentile',
      tableOf(['Run', 'Name', ...PERCENTILES.map((percentile) => `${percentile} %`)], percentiles),
    ),
    sectionOf('Errors', tableOf(['Run', 'Name', 'Class', 'Number'], errors)),
    sessionTables(runs),
    sectionOf('What happened', tableOf(['Run', 'What', 'At'], notes, { words: true })),
  ].join('');
}

const pointsOf = (series: readonly SeriesPoint[], value: (point: SeriesPoint) => number) =>
  series.map((point) => [point.atS, value(point)] as const);

/** Of one operation of one run: lines at 50, 95 and 99 %, bands between 66, 75, 80, 90 and 98 %. */
function latencyChart(run: ReportRun, name: string, common: Pick<LineChart, 'xMax' | 'marks'>, title: string): string {
  const series = run.series[name] ?? [];
  const at = (percentile: (typeof PERCENTILES)[number]) => {
    const index = PERCENTILES.indexOf(percentile);
    return pointsOf(series, ({ percentilesMs }) => percentilesMs[index] ?? 0);
  };
  const edges = [50, 66, 75, 80, 90, 98] as const;
  const bands = edges
    .slice(1)
    .map((high, index) => ({ low: at(edges[index] ?? 50), high: at(high), color: colorOf(0) }));
  const lines: Line[] = ([50, 95, 99] as const).map((percentile, index) => ({
    name: `${percentile} %`,
    points: at(percentile),
    color: colorOf(index),
  }));
  return lineChart({ title, unit: 'ms', lines, bands, ...common });
}

function clientCharts(runs: readonly ReportRun[], common: Pick<LineChart, 'xMax' | 'marks'>): string[] {
  const total = (value: (point: SeriesPoint) => number): Line[] =>
    runs.map((run, index) => ({
      name: run.label,
      color: colorOf(index),
      points: pointsOf(run.series[TOTAL] ?? [], value),
    }));
  const charts = [
    lineChart({ title: 'Requests that succeeded', unit: '1/s', lines: total(({ perSecond }) => perSecond), ...common }),
    lineChart({
      title: 'Requests that failed',
      unit: '1/s',
      lines: total((point) => point.failedPerSecond),
      ...common,
    }),
  ];
  const names = [...new Set(runs.flatMap(({ series }) => Object.keys(series)))].filter((name) => name !== TOTAL);
  for (const name of names) {
    const lines = runs.map((run, index) => ({
      name: run.label,
      color: colorOf(index),
      points: pointsOf(run.series[name] ?? [], ({ perSecond }) => perSecond),
    }));
    charts.push(lineChart({ title: `${name}: requests`, unit: '1/s', lines, ...common }));
    for (const run of runs)
      if (run.series[name])
        charts.push(latencyChart(run, name, common, `${name}: latency${runs.length > 1 ? `, ${run.label}` : ''}`));
  }
  return charts;
}

/** One page over one or several runs, laid over each other from their starts: no script, no request to anywhere. */
export function reportPage(runs: readonly ReportRun[]): string {
  const xMax = Math.max(...runs.map(({ seconds }) => seconds));
  const marks = runs.flatMap((run) =>
    run.annotations.map(({ atMs, label }) => ({
      x: (atMs - run.startMs) / 1000,
      label: runs.length > 1 ? `${run.label}: ${label}` : label,
    })),
  );
  const common = { xMax, marks: marks.filter(({ x }) => x >= 0 && x <= xMax) };
  const heads = runs.map(
    ({ label, startMs, about }) =>
      `<p><b>${escaped(label)}</b>, ${new Date(startMs).toISOString()}: ${escaped(about.join('; '))}</p>`,
  );
  return pageOf(
    `ZooKeeper load: ${runs.map(({ label }) => label).join(', ')}`,
    [
      ...heads,
      tables(runs),
      sectionOf('Client', chartsOf(clientCharts(runs, common))),
      serverCharts(runs, common),
    ].join(''),
  );
}
