/**
 * What the page runs: it reads the runs from the page's own JSON and draws them. Plain ECMAScript, for it is embedded as
 * it stands; texts of a run only ever become text nodes.
 */
export const GRAPH_SCRIPT = String.raw`
'use strict';
(() => {
const { runs } = JSON.parse(document.getElementById('runs').textContent);
const WIDTH = 960, HEIGHT = 420, LEFT = 78, RIGHT = 14, TOP = 14, BOTTOM = 40;
const COLOURS = ['#2563eb', '#e07b00', '#1a9850', '#b5179e', '#0e9aa7', '#c1121f', '#7c5cff', '#7a7a00'];
const DASHES = ['', '7 4', '2 3'];
const COUNTS = [
  { id: 'ratePerSecond', name: 'Operations per second', unit: 'op/s' },
  { id: 'failedPerSecond', name: 'Errors per second', unit: '/s' },
  { id: 'droppedPerSecond', name: 'Dropped per second', unit: '/s' },
];
const LATENCIES = [
  { id: 'meanMs', name: 'Latency mean', unit: 'ms' },
  { id: 'p50Ms', name: 'Latency median', unit: 'ms' },
  { id: 'p95Ms', name: 'Latency 95th percentile', unit: 'ms' },
  { id: 'p99Ms', name: 'Latency 99th percentile', unit: 'ms' },
  { id: 'p999Ms', name: 'Latency 99.9th percentile', unit: 'ms' },
  { id: 'maxMs', name: 'Latency max', unit: 'ms' },
];
const CLOCKS = [
  { id: 'promised', name: 'from when due, at a fixed rate; else from the start' },
  { id: 'responseTime', name: 'from when an operation was due' },
  { id: 'serviceTime', name: 'from when an operation was started' },
];
const METRICS = [...COUNTS, ...LATENCIES];
const isLatency = (metric) => LATENCIES.includes(metric);
const chart = document.getElementById('chart');
const shown = runs.map(() => true);
let at;

const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const drawn = (name, attributes, content) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (content !== undefined) made.textContent = content;
  chart.append(made);
  return made;
};
const number = (value) => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  return value.toLocaleString('en', { maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3 });
};
const clockTime = (seconds) => {
  const s = Math.round(seconds * 10) / 10;
  if (s < 120) return s + ' s';
  const two = (value) => String(Math.floor(value)).padStart(2, '0');
  return (s >= 3600 ? Math.floor(s / 3600) + ':' : '') + two((s % 3600) / 60) + ':' + two(s % 60);
};
const nameOf = (run) => run.operation + ' ' + run.revision;
const colour = (index) => COLOURS[index % COLOURS.length];
const dash = (index) => DASHES[Math.floor(index / COLOURS.length) % DASHES.length];

const choice = (id, options) => {
  const select = document.getElementById(id);
  select.append(...options.map(({ id: value, name }) => element('option', { value }, name)));
  select.addEventListener('change', draw);
  return select;
};
const operations = [...new Set(runs.flatMap((run) => Object.keys(run.series)))];
operations.sort((a, b) => (a === 'total' ? -1 : b === 'total' ? 1 : a < b ? -1 : 1));

const chosen = () => ({
  metric: METRICS.find(({ id }) => id === metricSelect.value) ?? METRICS[0],
  operation: operationSelect.value,
  clock: clockSelect.value,
});
/** Which clock a run's latency is of; undefined when it has not the one that is asked for. */
const clockOf = (run, { operation, clock }) => {
  const series = run.series[operation];
  if (series === undefined) return undefined;
  if (clock === 'serviceTime') return 'serviceTime';
  if (series.responseTime !== null && (clock === 'responseTime' || run.ratePerSecond !== null)) return 'responseTime';
  return clock === 'promised' ? 'serviceTime' : undefined;
};
const valuesOf = (run, choice) => {
  if (!isLatency(choice.metric)) return run.series[choice.operation]?.[choice.metric.id];
  const clock = clockOf(run, choice);
  return clock && run.series[choice.operation][clock][choice.metric.id];
};

/** Round steps of 1, 2 or 5 that divide the range into at most so many. */
const stepOf = (range, most) => {
  const rough = range / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
};
const ticksOf = (to, most) => {
  const step = stepOf(to, most);
  return Array.from({ length: Math.floor(to / step + 1e-9) + 1 }, (_, index) => index * step);
};

/** Of many points in one pixel the lowest and the highest, so that no peak is lost. */
const thinned = (points) => {
  const most = (WIDTH - LEFT - RIGHT) * 2;
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / (most / 2));
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const part = points.slice(from, from + size);
    const known = part.filter(({ value }) => value !== null);
    if (known.length === 0) kept.push(part[0]);
    else {
      const low = known.reduce((a, b) => (b.value < a.value ? b : a));
      const high = known.reduce((a, b) => (b.value > a.value ? b : a));
      kept.push(...(low.seconds <= high.seconds ? [low, high] : [high, low]));
    }
  }
  return kept;
};

function draw() {
  const choice = chosen();
  const logarithmic = document.getElementById('logarithmic').checked;
  document.getElementById('clock-label').hidden = !isLatency(choice.metric);
  chart.replaceChildren();
  const lines = runs.flatMap((run, index) => {
    const values = shown[index] ? valuesOf(run, choice) : undefined;
    return values ? [{ run, index, points: run.endS.map((seconds, n) => ({ seconds, value: values[n] ?? null })) }] : [];
  });
  const known = lines.flatMap(({ points }) => points).filter(({ value }) => value !== null);
  let maxS = 1, maxValue = 0, minValue = Infinity;
  for (const { seconds, value } of known) {
    if (seconds > maxS) maxS = seconds;
    if (value > maxValue) maxValue = value;
    if (value > 0 && value < minValue) minValue = value;
  }
  const low = logarithmic && minValue < Infinity ? 10 ** Math.floor(Math.log10(minValue)) : 0;
  const top = maxValue > 0 ? maxValue : 1;
  const high = low > 0 ? Math.max(10 ** Math.ceil(Math.log10(top)), low * 10) : stepOf(top, 5) * Math.ceil(top / stepOf(top, 5));
  const x = (seconds) => LEFT + (seconds / maxS) * (WIDTH - LEFT - RIGHT);
  const share = (value) => low > 0 ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : value / high;
  const y = (value) => HEIGHT - BOTTOM - share(value) * (HEIGHT - TOP - BOTTOM);
  const levels = low > 0
    ? Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, n) => low * 10 ** n)
    : ticksOf(high, 5);
  for (const level of levels) {
    drawn('line', { class: 'rule', x1: LEFT, x2: WIDTH - RIGHT, y1: y(level), y2: y(level) });
    drawn('text', { x: LEFT - 8, y: y(level) + 4, 'text-anchor': 'end' }, number(level));
  }
  for (const seconds of ticksOf(maxS, 8)) drawn('text', { x: x(seconds), y: HEIGHT - BOTTOM + 18, 'text-anchor': 'middle' }, clockTime(seconds));
  drawn('text', { x: WIDTH - RIGHT, y: HEIGHT - 4, 'text-anchor': 'end' }, 'time from the start of the run');
  drawn('text', { x: 4, y: TOP + 2 }, choice.metric.unit);
  for (const { run, index, points } of lines) {
    let path = '', alone = [];
    const kept = thinned(points);
    kept.forEach(({ seconds, value }, n) => {
      if (value === null) return;
      const starts = n === 0 || kept[n - 1].value === null;
      if (starts && (n === kept.length - 1 || kept[n + 1].value === null)) alone.push({ seconds, value });
      path += (starts ? 'M' : 'L') + x(seconds).toFixed(1) + ' ' + y(value).toFixed(1);
    });
    const line = drawn('path', { class: 'line', d: path, stroke: colour(index), 'stroke-dasharray': dash(index), 'data-run': index });
    const title = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    title.textContent = nameOf(run);
    line.append(title);
    for (const { seconds, value } of alone) drawn('circle', { cx: x(seconds), cy: y(value), r: 3, fill: colour(index), 'data-run': index });
  }
  if (known.length === 0) drawn('text', { x: WIDTH / 2, y: HEIGHT / 2, 'text-anchor': 'middle' }, 'no run that is ticked has this figure');
  at = { maxS, x, lines, choice };
  describe(choice, lines);
  list(choice);
}

function describe(choice, lines) {
  const metric = choice.metric.name + ' of ' + (choice.operation === 'total' ? 'all operations' : choice.operation);
  const clocks = new Set(lines.map(({ run }) => clockOf(run, choice)));
  const said = { responseTime: 'response time, from when an operation was due', serviceTime: 'service time, from when an operation was started' };
  const which = clocks.size > 1
    ? '. Runs at a fixed rate: response time; the others: service time. The two are not alike.'
    : clocks.size === 1 ? ': ' + said[[...clocks][0]] : '';
  document.getElementById('caption').textContent = metric + (isLatency(choice.metric) ? which : '');
  document.getElementById('readout').textContent = '';
}

const verdict = (run) => {
  const marks = [];
  const mark = (text, kind) => marks.push(kind ? element('span', { class: kind }, text) : text);
  if (run.simulated) mark('simulated ', 'warn');
  mark(run.result + ' ', run.result === 'completed' ? undefined : 'bad');
  if (run.validity.level !== 'valid') mark(run.validity.level, run.validity.level === 'invalid' ? 'bad' : 'warn');
  for (const what of run.findings) marks.push(element('div', { class: 'warn' }, what));
  for (const why of [run.reason, ...run.validity.reasons.map(({ message }) => message)]) if (why) marks.push(element('div', {}, why));
  return marks;
};

function list(choice) {
  const table = document.getElementById('list');
  const heads = ['Run', 'op/s', 'errors', 'dropped', 'latency', 'mean ms', 'median', '95%', '99%', '99.9%', 'max', 'What became of it'];
  table.tHead.replaceChildren(element('tr', {}, ...heads.map((head) => element('th', {}, head))));
  table.tBodies[0].replaceChildren(...runs.map((run, index) => {
    const tick = element('input', { type: 'checkbox', 'aria-label': 'show ' + nameOf(run) });
    tick.checked = shown[index];
    tick.addEventListener('change', () => { shown[index] = tick.checked; draw(); });
    const swatch = element('span', { class: 'swatch' });
    swatch.style.borderTopColor = colour(index);
    swatch.style.borderTopStyle = dash(index) ? 'dashed' : 'solid';
    const when = run.startedAtMs === null ? '' : ' ' + new Date(run.startedAtMs).toISOString().replace(/\.\d+Z/, 'Z');
    const rate = run.ratePerSecond === null ? '' : ' at ' + number(run.ratePerSecond) + '/s';
    const about = element('td', { class: 'words' }, tick, swatch, nameOf(run) + rate, element('div', { class: 'faint' }, run.cluster + when), element('details', {}, element('summary', {}, 'command'), element('code', {}, run.command)));
    const summary = run.summary[choice.operation];
    const clock = clockOf(run, choice);
    const latency = summary && clock ? summary[clock] : undefined;
    const figures = ['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'maxMs'].map((figure) => (latency && latency.count > 0 ? latency[figure] : null));
    const cells = [summary?.ratePerSecond, summary?.failed, summary?.dropped].map(number);
    const clockName = clock === undefined ? '–' : clock === 'responseTime' ? 'response' : 'service';
    return element('tr', { 'data-run': index }, about, ...[...cells, clockName, ...figures.map(number)].map((text) => element('td', {}, text)), element('td', { class: 'words' }, ...verdict(run)));
  }));
}

function listShards() {
  const table = document.getElementById('shard-list');
  const rows = runs.flatMap((run, index) => run.shards.map((shard) => ({ run, index, shard })));
  document.getElementById('shards').hidden = rows.length === 0;
  const heads = ['Run', 'node', 'shard', 'requests', 'errors', 'mean ms', 'median', '99%', 'max'];
  table.tHead.replaceChildren(element('tr', {}, ...heads.map((head) => element('th', {}, head))));
  table.tBodies[0].replaceChildren(...rows.map(({ run, index, shard }) => {
    const figures = ['operations', 'errors', 'meanMs', 'p50Ms', 'p99Ms', 'maxMs'].map((figure) => number(shard[figure]));
    const about = [nameOf(run), shard.node].map((text) => element('td', { class: 'words' }, text));
    return element('tr', { 'data-run': index }, ...about, ...[String(shard.shard), ...figures].map((text) => element('td', {}, text)));
  }));
}

chart.addEventListener('mousemove', (event) => {
  const box = chart.getBoundingClientRect();
  const seconds = (((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT) * at.maxS;
  chart.querySelector('.at')?.remove();
  if (seconds < 0 || seconds > at.maxS) return;
  const told = at.lines.flatMap(({ run, points }) => {
    const near = points.reduce((a, b) => (Math.abs(b.seconds - seconds) < Math.abs(a.seconds - seconds) ? b : a), points[0]);
    return near ? [nameOf(run) + ' ' + number(near.value) + ' ' + at.choice.metric.unit] : [];
  });
  drawn('line', { class: 'at', x1: at.x(seconds), x2: at.x(seconds), y1: TOP, y2: HEIGHT - BOTTOM });
  document.getElementById('readout').textContent = clockTime(seconds) + ': ' + told.join('; ');
});

const metricSelect = choice('metric', METRICS);
const operationSelect = choice('operation', operations.map((id) => ({ id, name: id === 'total' ? 'all' : id })));
const clockSelect = choice('clock', CLOCKS);
document.getElementById('logarithmic').addEventListener('change', draw);
document.getElementById('choice').addEventListener('submit', (event) => event.preventDefault());
draw();
listShards();
})();
`;
