import { Chart, type Mark } from '../charts/chart.js';
import type { Run, Schemas } from '../connection.js';
import { el, fill } from '../element.js';
import { formatCompact, formatDuration, formatFigure, formatMs } from '../format.js';
import { type IntervalSeries, type LatencyClock, TOTAL } from './interval-series.js';

const GROUP = 'run';

const CLOCKS: Readonly<Record<LatencyClock, string>> = {
  responseTime: 'response time (from when it was due)',
  serviceTime: 'service time (on the wire)',
};

/** Throughput, latency and errors over the time of a run, with its annotations as marks. */
export class RunCharts {
  readonly element = el('section', { class: 'charts', 'aria-label': 'Charts', hidden: true });
  private readonly throughput: Chart;
  private readonly latency: Chart;
  private readonly errors: Chart;
  private readonly operation = el('select', { 'aria-label': 'Latency of which operation' });
  private readonly clock = el('select', { 'aria-label': 'Which latency' });
  private readonly legend = el('ol', { class: 'marks', hidden: true });
  private originMs: number | undefined;
  private annotations: readonly Schemas['Annotation'][] = [];
  private controlsFor = '';

  constructor(
    private readonly series: IntervalSeries,
    signal: AbortSignal,
  ) {
    this.throughput = new Chart({ title: 'Throughput, op/s', formatValue: formatCompact, group: GROUP }, signal);
    const latency = {
      title: 'Latency',
      formatValue: (value: number) => formatMs(value),
      group: GROUP,
      hidden: ['p95', 'p99.9'],
    };
    this.latency = new Chart(latency, signal, this.operation, this.clock);
    this.errors = new Chart(
      { title: 'Failed and dropped, per second', formatValue: formatFigure, group: GROUP },
      signal,
    );
    for (const select of [this.operation, this.clock]) select.addEventListener('change', () => this.show());
    this.element.append(this.throughput.element, this.latency.element, this.errors.element, this.legend);
  }

  setRun({ startedAtMs }: Run): void {
    this.originMs ??= startedAtMs ?? undefined;
  }

  setAnnotations(annotations: readonly Schemas['Annotation'][]): void {
    this.annotations = annotations;
    this.show();
  }

  show(): void {
    const { series } = this;
    const first = series.rows(TOTAL)[0] ?? series.rows(series.operations[0] ?? TOTAL)[0];
    if (first === undefined) return;
    this.element.hidden = false;
    this.offerChoices();
    const originMs = Math.min(this.originMs ?? first.startMs, first.startMs);
    const marks = this.marks(originMs);
    this.throughput.set(series.throughput(originMs), marks);
    const operation = this.operation.value || TOTAL;
    this.latency.set(series.latency(operation, clockOf(this.clock.value), originMs), marks);
    this.errors.set(series.errors(originMs), marks);
    const { failed, dropped } = series.totals(TOTAL);
    this.errors.element.hidden = failed + dropped === 0;
    this.legend.hidden = marks.length === 0;
    fill(
      this.legend,
      marks.map(({ x, text }) => el('li', {}, el('span', { class: 'quiet' }, formatDuration(x * 1000)), ` ${text}`)),
    );
  }

  /** Only what the run has; a choice of one is none. */
  private offerChoices(): void {
    const { series } = this;
    const operations = series.operations.length > 1 ? [TOTAL, ...series.operations] : series.operations;
    const clocks: LatencyClock[] = series.hasResponseTime(TOTAL) ? ['responseTime', 'serviceTime'] : ['serviceTime'];
    const offered = [...operations, ...clocks].join('\n');
    if (offered === this.controlsFor) return;
    this.controlsFor = offered;
    offer(this.operation, Object.fromEntries(operations.map((name) => [name, name])));
    offer(this.clock, Object.fromEntries(clocks.map((name) => [name, CLOCKS[name]])));
  }

  private marks(originMs: number): Mark[] {
    return this.annotations.map(({ atMs, label }) => ({ x: (atMs - originMs) / 1000, text: label }));
  }
}

const clockOf = (value: string): LatencyClock => (value === 'responseTime' ? 'responseTime' : 'serviceTime');

function offer(select: HTMLSelectElement, choices: Readonly<Record<string, string>>): void {
  const { value } = select;
  fill(
    select,
    Object.entries(choices).map(([name, text]) => el('option', { value: name }, text)),
  );
  if (value in choices) select.value = value;
}
