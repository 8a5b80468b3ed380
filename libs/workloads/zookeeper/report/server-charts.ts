import { colorOf, lineChart, type LineChart } from '#libs/report/line-chart.js';
import { chartsOf, sectionOf } from '#libs/report/page.js';
import type { ReportRun } from './report-run.js';
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

/** The servers' own figures over time, of every run; empty where none were kept. */
export function serverCharts(
  runs: readonly Pick<ReportRun, 'label' | 'startMs' | 'serverCsv'>[],
  common: Pick<LineChart, 'xMax' | 'marks'>,
): string {
  const all = runs.flatMap((run) => serverSeries(run.serverCsv, run.startMs).map((series) => ({ run, series })));
  const charts = SERVER_PLOTS.map(({ title, unit, keys }) => {
    const lines = all.flatMap(({ run, series }) =>
      keys.flatMap((key) => {
        const points = series.keys.get(key);
        if (points === undefined) return [];
        const name = [runs.length > 1 ? run.label : '', series.server, keys.length > 1 ? key : ''].filter(
          (part) => part !== '',
        );
        return [{ name: name.join(' '), points: points.filter(([atS]) => atS >= 0 && atS <= common.xMax) }];
      }),
    );
    return lines.length === 0
      ? ''
      : lineChart({ title, unit, lines: lines.map((line, index) => ({ ...line, color: colorOf(index) })), ...common });
  });
  return sectionOf('Servers', chartsOf(charts));
}
