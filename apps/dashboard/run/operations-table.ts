import type { Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatCount, formatFigure, formatMs } from '../format.js';
import { type IntervalSeries, type Latencies, TOTAL } from './interval-series.js';

type OperationSummary = Schemas['OperationSummary'];

const HEADS = ['Operation', 'op/s', 'Done', 'Failed', 'Dropped', 'Clock', 'mean', 'p50', 'p95', 'p99', 'p99.9', 'max'];

interface Line {
  name: string;
  ratePerSecond: number;
  completed: number;
  failed: number;
  dropped: number;
  responseTime: Latencies | null;
  serviceTime: Latencies;
}

/** What was done, by operation. While the run is on: counts so far, and latencies of the last interval. */
export class OperationsTable {
  private readonly caption = el('h2', {}, 'Operations');
  private readonly note = el('p', { class: 'quiet' });
  private readonly body = el('tbody');
  private readonly errors = el('p');
  readonly element = el(
    'section',
    { hidden: true },
    this.caption,
    this.note,
    el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Operations' },
      el(
        'table',
        { class: 'figures' },
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            HEADS.map((head) => el('th', { scope: 'col' }, head)),
          ),
        ),
        this.body,
      ),
    ),
    this.errors,
  );
  private isFinal = false;

  showSeries(series: IntervalSeries): void {
    if (this.isFinal) return;
    const lines = sorted([...series.operations, TOTAL]).flatMap((name): Line[] => {
      const last = series.last(name);
      return last === undefined ? [] : [{ ...last, ...series.totals(name), name }];
    });
    this.show(lines, 'So far; rates and latencies are those of the last interval.', series.totals(TOTAL).errors);
  }

  showSummary(operations: Readonly<Record<string, OperationSummary>>): void {
    this.isFinal = true;
    const lines = sorted(Object.keys(operations)).flatMap((name): Line[] => {
      const found = operations[name];
      return found === undefined ? [] : [{ ...found, name }];
    });
    this.show(lines, 'Of the whole run, from merged histograms.', operations[TOTAL]?.errors ?? {});
  }

  private show(lines: readonly Line[], note: string, errors: Readonly<Record<string, number>>): void {
    this.element.hidden = lines.length === 0;
    this.note.textContent = note;
    // With one operation the total says the same again.
    const shown = lines.length === 2 ? lines.filter(({ name }) => name !== TOTAL) : lines;
    fill(this.body, shown.flatMap(rowsOf));
    const classes = Object.entries(errors).filter(([, count]) => count > 0);
    fill(
      this.errors,
      classes.length > 0 &&
        `Errors by class: ${classes.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ')}`,
    );
  }
}

const sorted = (names: readonly string[]): string[] => [
  ...names.filter((name) => name !== TOTAL).toSorted(),
  ...names.filter((name) => name === TOTAL),
];

function rowsOf(line: Line): HTMLElement[] {
  const clocks: [string, Latencies][] = [];
  if (line.responseTime !== null) clocks.push(['response', line.responseTime]);
  clocks.push(['service', line.serviceTime]);
  return clocks.map(([clock, figures], index) =>
    el(
      'tr',
      { class: line.name === TOTAL ? 'total' : null },
      index === 0 && heads(line, clocks.length),
      el('td', {}, clock),
      latencyCells(figures),
    ),
  );
}

function heads(line: Line, rowspan: number): Child {
  const figure = (text: string, bad = false) => el('td', { rowspan, class: bad ? 'bad' : null }, text);
  return [
    el('th', { scope: 'row', rowspan }, line.name),
    figure(formatFigure(line.ratePerSecond)),
    figure(formatCount(line.completed)),
    figure(formatCount(line.failed), line.failed > 0),
    figure(formatCount(line.dropped), line.dropped > 0),
  ];
}

const latencyCells = ({ count, meanMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs }: Latencies): Child =>
  [meanMs, p50Ms, p95Ms, p99Ms, p999Ms, maxMs].map((value) => el('td', {}, count === 0 ? '–' : formatMs(value)));
