import { colorOf, escaped, type Line, lineChart, type LineChart } from '#libs/report/line-chart.js';
import { PERCENTILES, TOTAL } from '../locust-fold.js';
import type { ReportRun, SeriesPoint } from './report-run.js';
import { serverSeries } from './server-series.js';

/** Plots of the original and latency; several keys share one. */
const SERVER_PLOTS: readonly { title: string; unit: string; keys: readonly string[] }[] = [
  { title: 'Outstanding requests', unit: 'requests', keys: ['outstanding_requests'] },
  { title: 'Alive connections', unit: 'connections', keys: ['num_alive_connections'] },
  { title: 'Znodes and ephemerals', unit: 'znodes', keys: ['znode_count', 'ephemerals_count'] },
  { title: 'Watches', unit: 'watches', keys: ['watch_count'] },
  { title: 'Latency seen by the servers', unit: 'ms', keys: ['avg_latency'] },
  { title: 'Largest latency seen by the servers since their start', unit: 'ms', keys: ['max_latency'] },
];

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:24px auto;max-width:1500px;padding:0 16px;color:#1f2328;background:#fff}' +
  'table{border-collapse:collapse;margin:8px 0 20px;display:block;overflow-x:auto}th,td{padding:3px 10px;text-align:right;border-bottom:1px solid #d1d9e0}' +
  'th:first-child,td:first-child,td:nth-child(2),th:nth-child(2){text-align:left}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:8px}' +
  'figure{margin:0}svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:#57606a}svg .title{font-size:13px;fill:#1f2328}' +
  '.grid{stroke:#e6eaef}.mark{stroke:#9a6700;stroke-dasharray:3 3}figcaption{font-size:12px;color:#57606a}figcaption span{margin-right:12px}' +
  'figcaption i{display:inline-block;width:10px;height:10px;margin-right:4px}';

const shown = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ''
    : `<table><thead><tr>${head.map((one) => `<th>${escaped(one)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((one) => `<td>${escaped(one)}</td>`).join('')}</tr>`)
        .join('')}</tbody></table>`;

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
  const sessions = runs.flatMap(({ label, sessions: found }) =>
    found === null
      ? []
      : [
          [
            label,
            '',
            String(found.sessions),
            String(found.connectionLosses),
            String(found.sessionsMoved),
            String(found.sessionsExpired),
            String(found.watchesRearmed),
            found.recovery.count === 0 ? '' : shown(found.recovery.meanMs),
            found.recovery.count === 0 ? '' : shown(found.recovery.maxMs),
            String(found.leaderChanges),
          ],
        ],
  );
  const outages = runs.flatMap(({ label, startMs, sessions: found }) =>
    (found?.outages ?? []).map((outage) => [
      label,
      `${((outage.startMs - startMs) / 1000).toFixed(1)} s`,
      String(outage.sessions),
      outage.recoveredMs === null ? 'not recovered' : `${shown(outage.recoveredMs)} ms`,
    ]),
  );
  const notes = runs.flatMap(({ label, startMs, annotations }) =>
    annotations.map(({ atMs, label: what }) => [label, what, `${((atMs - startMs) / 1000).toFixed(1)} s`]),
  );
  return [
    '<h2>Requests</h2>',
    table(
      ['Run', 'Name', 'Requests', 'Failures', 'Median ms', 'Average ms', 'Min ms', 'Max ms', 'Requests/s'],
      summary,
    ),
    '<h2>Response times in ms, by percentile</h2>',
    table(['Run', 'Name', ...PERCENTILES.map((percentile) => `${percentile} %`)], percentiles),
    errors.length > 0 ? '<h2>Errors</h2>' : '',
    table(['Run', 'Name', 'Class', 'Number'], errors),
    sessions.length > 0 ? '<h2>Sessions</h2>' : '',
    table(
      [
        'Run',
        '',
        'Sessions',
        'Connections lost',
        'Moved',
        'Expired',
        'Watches re-armed',
        'Recovery ms, mean',
        'max',
        'Leader changes',
      ],
      sessions,
    ),
    outages.length > 0 ? '<h2>Outages</h2>' : '',
    table(['Run', 'At', 'Sessions', 'Time to recover'], outages),
    notes.length > 0 ? '<h2>What happened</h2>' : '',
    table(['Run', 'What', 'At'], notes),
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

function clientCharts(runs: readonly ReportRun[], common: Pick<LineChart, 'xMax' | 'marks'>): string {
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
  return charts.join('');
}

function serverCharts(runs: readonly ReportRun[], common: Pick<LineChart, 'xMax' | 'marks'>): string {
  const all = runs.flatMap((run) => serverSeries(run.serverCsv, run.startMs).map((series) => ({ run, series })));
  return SERVER_PLOTS.map(({ title, unit, keys }) => {
    const lines = all.flatMap(({ run, series }) =>
      keys.flatMap((key) => {
        const points = series.keys.get(key);
        if (points === undefined) return [];
        const name = [runs.length > 1 ? run.label : '', series.server, keys.length > 1 ? key : ''].filter(
          (part) => part !== '',
        );
        return [{ name: name.join(' '), points: points.filter(([atS]) => atS >= 0) }];
      }),
    );
    return lines.length === 0
      ? ''
      : lineChart({ title, unit, lines: lines.map((line, index) => ({ ...line, color: colorOf(index) })), ...common });
  }).join('');
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
  const servers = serverCharts(runs, common);
  const heads = runs.map(
    ({ label, startMs, about }) =>
      `<p><b>${escaped(label)}</b>, ${new Date(startMs).toISOString()}: ${escaped(about.join('; '))}</p>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>ZooKeeper load: ${escaped(runs.map(({ label }) => label).join(', '))}</title><style>${STYLE}</style></head><body>`,
    '<h1>ZooKeeper load</h1>',
    ...heads,
    tables(runs),
    `<h2>Client</h2><div class="charts">${clientCharts(runs, common)}</div>`,
    servers === '' ? '' : `<h2>Servers</h2><div class="charts">${servers}</div>`,
    '</body></html>\n',
  ].join('');
}
