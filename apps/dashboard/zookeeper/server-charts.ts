import { hasEnded } from '../badges.js';
import { Chart, type Mark } from '../charts/chart.js';
import { nowMs } from '../clock.js';
import type { Connection, Run, Schemas } from '../connection.js';
import { el, fill } from '../element.js';
import { formatCompact } from '../format.js';
import { ServerSamples } from './server-samples.js';

/** What the Charts page of the Locust harness drew; the first name that the servers know is taken. */
const PLOTS = [
  { title: 'Outstanding requests', keys: ['outstanding_requests'] },
  { title: 'Connections', keys: ['num_alive_connections'] },
  { title: 'Znodes', keys: ['znode_count'] },
  { title: 'Ephemerals', keys: ['ephemerals_count'] },
  { title: 'Watches', keys: ['watch_count'] },
  { title: 'Latency on the server, average, ms', keys: ['avg_latency'] },
  { title: 'Latency on the server, maximum, ms', keys: ['max_latency'] },
];

/** Of the plot of any figure, until the reader chooses. */
const FIRST_CHOICE = ['packets_received', 'packets_sent'];

const REFRESH_MS = 5000;

/** A zookeeper run's servers by their own figures: a line for each server, and one plot of any key. */
export class ServerCharts {
  readonly element = el('section', { class: 'charts', 'aria-label': 'Servers', hidden: true });
  private readonly plots: { chart: Chart; keys: readonly string[] }[];
  private readonly key = el('select', { 'aria-label': 'Which figure of the servers' });
  private readonly any: Chart;
  private samples = new ServerSamples();
  private originMs = 0;
  private marks: readonly Mark[] = [];
  private readAtMs = 0;
  private lastBytes = -1;

  constructor(
    private readonly connection: Connection,
    private readonly signal: AbortSignal,
  ) {
    const group = 'servers';
    this.plots = PLOTS.map(({ title, keys }) => ({
      keys,
      chart: new Chart({ title, formatValue: formatCompact, group }, signal),
    }));
    this.any = new Chart({ title: 'Any figure', formatValue: formatCompact, group }, signal, this.key);
    this.key.addEventListener('change', () => this.draw());
    this.element.append(el('h2', {}, 'Servers'), ...this.plots.map(({ chart }) => chart.element), this.any.element);
  }

  /** Reads the files again where they have grown. Throws ApiProblem. */
  async show(
    run: Run,
    artifacts: readonly Schemas['Artifact'][],
    annotations: readonly Schemas['Annotation'][],
  ): Promise<void> {
    const files = artifacts.filter(({ name }) => name.startsWith('zk-metrics-'));
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const isFresh = !hasEnded(run) && nowMs() - this.readAtMs < REFRESH_MS;
    if (files.length === 0 || bytes === this.lastBytes || isFresh) return;
    this.readAtMs = nowMs();
    this.lastBytes = bytes;
    const texts = await Promise.all(
      files.map(async ({ name }) => {
        const path = `v1/runs/${encodeURIComponent(run.id)}/artifacts/${encodeURIComponent(name)}`;
        return (await this.connection.fetch(path, { signal: this.signal })).text();
      }),
    );
    this.samples = new ServerSamples();
    for (const text of texts) this.samples.add(text);
    const originMs = run.startedAtMs ?? run.createdAtMs;
    this.originMs = originMs;
    this.marks = annotations.map(({ atMs, label }) => ({ x: (atMs - originMs) / 1000, text: label }));
    this.element.hidden = false;
    this.draw();
  }

  private draw(): void {
    const { samples, originMs, marks } = this;
    for (const { chart, keys } of this.plots) {
      const key = samples.firstOf(keys);
      chart.element.hidden = key === undefined;
      if (key !== undefined) chart.set(samples.columns(key, originMs), marks);
    }
    const chosen = this.key.value || samples.firstOf(FIRST_CHOICE);
    if (this.key.options.length !== samples.keys.length)
      fill(
        this.key,
        samples.keys.map((key) => el('option', { value: key, selected: key === chosen }, key)),
      );
    const key = this.key.value;
    if (key !== '') this.any.set(samples.columns(key, originMs), marks);
  }
}
