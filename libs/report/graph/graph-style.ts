/** Style of the page; colours of lines are in the script. */
export const GRAPH_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #6b7480; --rule: #d7dce2; --paper: #ffffff; --bad: #b42318; --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --faint: #98a2ae; --rule: #363c44; --paper: #16191d; --bad: #ff8a7a; --warn: #f0b849; } }
body { margin: 2rem auto; max-width: 64rem; padding: 0 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; }
form { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: .5rem; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
svg .rule { stroke: var(--rule); }
svg .at { stroke: var(--faint); stroke-dasharray: 2 3; }
svg .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
#caption, #readout { margin: .2rem 0; color: var(--faint); }
#readout { min-height: 1.5em; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin-top: 1rem; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--rule); padding: .35rem .6rem; text-align: right; vertical-align: top; }
th:first-child, th:last-child, td.words { text-align: left; }
td.words { min-width: 13rem; }
td code { display: block; overflow-wrap: anywhere; font-size: 12px; }
.faint, summary { color: var(--faint); font-size: 12px; }
.swatch { display: inline-block; width: 1.6rem; height: 0; border-top: 3px solid; vertical-align: middle; margin: 0 .4rem; }
.bad { color: var(--bad); font-weight: 600; }
.warn { color: var(--warn); font-weight: 600; }
`;
