import { hasEnded } from '../badges.js';
import { cardTable } from '../card-table.js';
import { Chart } from '../charts/chart.js';
import { alignLines } from '../charts/columns.js';
import type { Connection, Run, Schemas } from '../connection.js';
import { type Child, el, fill } from '../element.js';
import { formatCompact, formatCount, formatDuration, formatFigure, formatMs } from '../format.js';
import { runRoute } from '../route.js';

type Suite = Schemas['SuiteReport'];
type Search = Schemas['SearchReport'];
type Probe = Schemas['Probed'];

const TONES: Readonly<Record<string, string>> = {
  succeeded: 'good',
  met: 'good',
  failed: 'bad',
  missed: 'bad',
  invalid: 'warn',
  running: 'active',
};

/** The steps of a suite, or the probes of a search and latency against rate. */
export class ParentView {
  readonly element = el('section', { hidden: true });
  private readonly said = el('div');
  private readonly chart: Chart;

  constructor(
    private readonly connection: Connection,
    private readonly signal: AbortSignal,
  ) {
    this.chart = new Chart(
      {
        title: 'Latency against achieved rate, op/s',
        formatValue: (value) => formatMs(value),
        formatX: (rate) => formatCompact(rate),
        points: true,
      },
      signal,
    );
    this.chart.element.hidden = true;
    this.element.append(this.said, this.chart.element);
  }

  async show(run: Run): Promise<void> {
    if (run.kind !== 'suite' && run.kind !== 'search') return;
    const options = { params: { path: { id: run.id } }, signal: this.signal };
    const progress = await this.connection.ask(this.connection.client.GET('/v1/runs/{id}/progress', options));
    this.element.hidden = false;
    if (progress.kind === 'suite') fill(this.said, suiteTable(progress));
    else this.showSearch(progress, hasEnded(run));
  }

  private showSearch(search: Search, ended: boolean): void {
    const { highestPerSecond, confidence, explanation, probes } = search;
    const band =
      confidence &&
      ` (${confidence.level * 100} % confidence: ${formatFigure(confidence.fromPerSecond)} to ${formatFigure(confidence.toPerSecond)})`;
    fill(
      this.said,
      el('h2', {}, ended ? 'Result' : 'So far'),
      highestPerSecond !== null && el('p', {}, el('strong', {}, `${formatFigure(highestPerSecond)} op/s`), band),
      el('p', { class: 'quiet' }, explanation),
      probeTable(probes),
    );
    const measured = probes.filter(({ achievedPerSecond }) => achievedPerSecond !== null);
    this.chart.element.hidden = measured.length < 2;
    const line = (name: string, valueOf: (probe: Probe) => number | null) => ({
      name,
      points: measured.map((probe) => ({ x: probe.achievedPerSecond ?? 0, value: valueOf(probe) })),
    });
    this.chart.set(alignLines([line('p50', ({ p50Ms }) => p50Ms), line('p99', ({ p99Ms }) => p99Ms)]));
  }
}

const badge = (word: string): HTMLElement => el('span', { class: `badge ${TONES[word] ?? 'muted'}` }, word);
const link = (id: string | null, text: string): Child => (id === null ? text : el('a', { href: runRoute(id) }, text));
const count = (value: number | null): string => (value === null ? '–' : formatCount(value));

const suiteTable = ({ steps, succeeded, failed, skipped }: Suite): Child => [
  el('h2', {}, 'Steps'),
  el('p', { class: 'quiet' }, `${succeeded} succeeded, ${failed} failed, ${skipped} skipped, of ${steps.length}`),
  cardTable(
    ['Step', 'State', 'Verdict', 'Validity', 'Time', 'op/s', 'p99', 'Failed', 'Why'],
    steps.map((step) => [
      [link(step.runId, step.step), el('div', { class: 'under' }, step.kind)],
      badge(step.status),
      step.verdict,
      step.validity ?? '–',
      step.startedAtMs === null || step.endedAtMs === null ? '–' : formatDuration(step.endedAtMs - step.startedAtMs),
      step.ratePerSecond === null ? '–' : formatFigure(step.ratePerSecond),
      formatMs(step.p99Ms),
      count(step.failed),
      step.reason ?? '–',
    ]),
  ),
];

const probeTable = (probes: readonly Probe[]): HTMLElement =>
  cardTable(
    ['Asked op/s', 'Outcome', 'Achieved op/s', 'p50', 'p99', 'max', 'Failed', 'Why'],
    probes.map((probe) => [
      link(probe.runId, formatFigure(probe.ratePerSecond)),
      badge(probe.outcome),
      probe.achievedPerSecond === null ? '–' : formatFigure(probe.achievedPerSecond),
      formatMs(probe.p50Ms),
      formatMs(probe.p99Ms),
      formatMs(probe.maxMs),
      count(probe.failed),
      probe.reason ?? '–',
    ]),
  );
