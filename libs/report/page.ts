import { escaped } from './markup.js';

const LIGHT =
  '--ink:#1b1f24;--faint:#5c6670;--rule:#d7dce2;--paper:#fff;--box:#f5f7f9;--bad:#b42318;--warn:#8a5a00;--good:#1a7f37;--mark:#9a6700;' +
  '--c0:#1f6feb;--c1:#d1242f;--c2:#1a7f37;--c3:#9a6700;--c4:#8250df;--c5:#0a7d91;--c6:#bf3989;--c7:#57606a';
const DARK =
  '--ink:#e6e9ed;--faint:#9aa5b1;--rule:#363c44;--paper:#16191d;--box:#1f242a;--bad:#ff8a7a;--warn:#f0b849;--good:#56d364;--mark:#e3b341;' +
  '--c0:#6cb6ff;--c1:#ff7b72;--c2:#56d364;--c3:#e3b341;--c4:#c297ff;--c5:#39c5cf;--c6:#ff8fd0;--c7:#adb5bd';

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{color-scheme:light;font-size:11px;${LIGHT}}figure,tr,.verdicts{break-inside:avoid}h2{break-after:avoid}}
*{box-sizing:border-box}body{max-width:84rem;margin:0 auto;padding:1rem;background:var(--paper);color:var(--ink);overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.2rem 0 .8rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:1.2rem 0 .4rem}a{color:var(--c0)}
svg{width:100%;height:auto;display:block}svg text{font:11px system-ui,sans-serif;fill:var(--faint)}svg .title{font-size:13px;fill:var(--ink)}svg .note{fill:var(--mark);font-size:10px}
.grid{stroke:var(--rule)}.mark{stroke:var(--mark);stroke-dasharray:3 3}.line{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.gap{fill:var(--bad);fill-opacity:.16}.zone{fill:var(--c4);fill-opacity:.1}
figure{margin:0}figcaption{font-size:12px;color:var(--faint);padding-left:8.5%}figcaption span{margin-right:12px;display:inline-block}figcaption i{display:inline-block;width:18px;border-top:3px solid;vertical-align:middle;margin-right:4px}figcaption i.dashed{border-top-style:dashed}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.2rem 1rem}dt{color:var(--faint)}dd{margin:0;min-width:0}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:.8rem;margin:.8rem 0}.verdicts>div{background:var(--box);border-left:5px solid var(--faint);padding:.5rem .9rem}.verdicts b{display:block;font-size:1.25rem}.verdicts small{color:var(--faint);font-size:.85rem}.verdicts ul{margin:.3rem 0 0;padding-left:1.1rem}
.verdicts>.is-good{border-color:var(--good)}.verdicts>.is-bad{border-color:var(--bad)}.verdicts>.is-warn{border-color:var(--warn)}.bad,.is-bad b{color:var(--bad)}.good,.is-good b{color:var(--good)}.warn,.is-warn b{color:var(--warn)}
.faint{color:var(--faint);font-size:.85rem}.wide{overflow-x:auto;overflow-wrap:normal}table{border-collapse:collapse;font-variant-numeric:tabular-nums;white-space:nowrap}th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child{text-align:left}table.words th,table.words td{text-align:left}td.long{white-space:normal;min-width:16rem}pre{background:var(--box);padding:.8rem;overflow-x:auto;font-size:12px;white-space:pre-wrap}`;

/** A table whose first column is text; each cell is plain text. Empty without rows. */
export const tableOf = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { words = false }: { words?: boolean } = {},
): string =>
  markupTable(
    header,
    rows.map((row) => row.map(escaped)),
    { words },
  );

/** The same whose cells are markup. `words`: every column is text. */
export const markupTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { words = false }: { words?: boolean } = {},
): string =>
  rows.length === 0
    ? ''
    : `<div class="wide"><table${words ? ' class="words"' : ''}><thead><tr>${header.map((cell) => `<th>${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
        .join('')}</tbody></table></div>`;

/** Names and values. */
export const factsOf = (facts: readonly (readonly [string, string])[]): string =>
  `<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;

/** A heading and what stands below it; empty when nothing does. */
export const sectionOf = (title: string, ...parts: readonly string[]): string => {
  const body = parts.join('');
  return body === '' ? '' : `<section><h2>${escaped(title)}</h2>${body}</section>`;
};

/** Charts side by side, where there is room; those that are empty are left out. */
export const chartsOf = (charts: readonly string[]): string => {
  const shown = charts.filter((chart) => chart !== '');
  return shown.length === 0 ? '' : `<div class="charts">${shown.join('')}</div>`;
};

/** One HTML page that needs nothing but itself and runs no script; `body` is markup. */
export const pageOf = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`;
