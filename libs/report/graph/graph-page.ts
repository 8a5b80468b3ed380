import { GraphData, type GraphRun } from './graph-run.js';
import { GRAPH_SCRIPT } from './graph-script.js';
import { GRAPH_STYLE } from './graph-style.js';

const START = '<script type="application/json" id="runs">';
const END = '</script>';

/** JSON that no HTML parser can take for markup. */
const embedded = (data: GraphData): string => JSON.stringify(data).replaceAll('<', '\\u003c');

const text = (plain: string): string =>
  plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** One HTML page that needs nothing but itself: the runs as JSON, and a script that draws them. */
export const graphPage = (data: GraphData): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(data.title)}</title>
<style>${GRAPH_STYLE}</style>
</head>
<body>
<h1>${text(data.title)}</h1>
<form id="choice">
<label>Figure <select id="metric"></select></label>
<label>Operation <select id="operation"></select></label>
<label id="clock-label">Latency counts <select id="clock"></select></label>
<label><input type="checkbox" id="logarithmic"> logarithmic</label>
</form>
<svg id="chart" viewBox="0 0 960 420" role="img" aria-labelledby="caption"></svg>
<p id="caption"></p>
<p id="readout" aria-live="polite"></p>
<table id="list">
<thead></thead>
<tbody></tbody>
</table>
<section id="shards" hidden>
<h2>Shards of the target</h2>
<table id="shard-list">
<thead></thead>
<tbody></tbody>
</table>
</section>
<section id="notes">
<h2>How to read this</h2>
<ul>
<li><b>Response time</b> counts from when an operation was due, so it holds the time that it waited for its turn. Only runs at a fixed rate have it; it is what tells of a target that cannot keep up.</li>
<li><b>Service time</b> counts from when an operation was started. In a closed loop it is all there is: while the target is slow fewer operations are started, and the latency that the missing ones would have had is in no figure.</li>
<li>Rates and latencies are of operations that succeeded; failed and dropped ones have lines of their own. A percentile is left out of an interval with too few operations to support it.</li>
<li>Figures of the table come from the merged histograms of the whole run, not from averages of intervals.</li>
<li>A run marked <b>invalid</b> or <b>degraded</b> was not measured well, for the reasons given: its figures are not to be compared. A run marked <b>simulated</b> was against Tidemark's own simulator and says nothing of a database.</li>
</ul>
</section>
${START}${embedded(data)}${END}
<script>${GRAPH_SCRIPT}</script>
</body>
</html>
`;

/** The runs of a page that `graphPage` made; undefined for any other text. */
export function readGraphPage(html: string): GraphData | undefined {
  const from = html.indexOf(START);
  const to = html.indexOf(END, from);
  if (from < 0 || to < 0) return undefined;
  try {
    const parsed = GraphData.safeParse(JSON.parse(html.slice(from + START.length, to)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The page with one more run; a title that is not given stays what it was. */
export const withRun = (
  before: GraphData | undefined,
  run: GraphRun,
  title: string | undefined,
  now: string,
): GraphData => ({
  format: 'tidemark-graph-1',
  title: title ?? before?.title ?? now,
  runs: [...(before?.runs ?? []), run],
});
