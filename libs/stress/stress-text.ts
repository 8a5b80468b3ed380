import type { IntervalSnapshot, OperationInterval, ServerGc } from '#libs/contract/interval.js';
import { Histogram } from '#libs/stats/histogram.js';
import { operationNames, operationsOf } from './operations.js';
import { mergeServerGc } from '#libs/stats/server-gc.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { CommandOutput } from './command-output.js';
import type { TargetFacts } from '#libs/workloads/driver.js';
import type { ThreadSearch } from './thread-search.js';
import { fixed, fixedGrouped, integerGrouped } from './java-format.js';
import { gcSummary } from './gc-summary.js';
import { ROW_STYLES, type RowStyle } from './row-style.js';
import { javaDuration, settingsText, type TextTarget } from './settings-text.js';
import { adjustedRowRate, Uncertainty } from './uncertainty.js';

const NS_PER_MS = 1e6;

/** What the original counts: failed operations are in op/s and in the latencies. */
interface Tally {
  operations: number;
  partitions: number;
  rows: number;
  errors: number;
  latency: Histogram;
}

const emptyTally = (): Tally => ({ operations: 0, partitions: 0, rows: 0, errors: 0, latency: Histogram.empty() });

function addTo(tally: Tally, add: Omit<Tally, 'latency'>, encoded: readonly (Uint8Array | undefined)[]): void {
  tally.operations += add.operations;
  tally.partitions += add.partitions;
  tally.rows += add.rows;
  tally.errors += add.errors;
  const latency = Histogram.merged(encoded);
  tally.latency.add(latency);
  latency.destroy();
}

const ms = (ns: number): number => ns / NS_PER_MS;

function untilText(stop: StressPlanSpec['stop']): string {
  if (stop.type === 'operations') return `for ${stop.count} iteration`;
  if (stop.type === 'duration') return javaDuration(stop.durationMs).toLowerCase();
  return `until stderr of mean < ${stop.relativeError}`;
}

/** What cassandra-stress prints of a run, made of the run's intervals as they come. Lines without line breaks. */
export class StressText {
  private readonly names: readonly string[];
  private readonly totals = new Map<string, Tally>();
  private readonly whole = emptyTally();
  private readonly uncertainty = new Uncertainty();
  private elapsedMs = 0;
  private headerAtMs = 0;
  private serverGc: ServerGc | undefined;
  private readonly style: RowStyle;

  constructor(
    private readonly spec: StressPlanSpec,
    private readonly target: TextTarget,
    private readonly output: CommandOutput = { style: 'cassandra-stress' },
  ) {
    this.style = ROW_STYLES[output.style];
    this.names = operationsOf(spec).map((operation) => operationNames(spec)[operation] ?? '');
    for (const name of this.names) this.totals.set(name, emptyTally());
  }

  settings(auto?: ThreadSearch): string[] {
    return settingsText(this.spec, this.target, this.output, auto);
  }

  connected({ clusterName, nodes }: Pick<TargetFacts, 'clusterName' | 'nodes'>): string[] {
    return [
      `Connected to cluster: ${clusterName}, max pending requests per connection null, max connections per host ${this.spec.connection.connectionsPerNode}`,
      ...nodes.map(({ address, datacenter, rack }) => `Datatacenter: ${datacenter}; Host: /${address}; Rack: ${rack}`),
    ];
  }

  /** One line for each operation type that warms up. `operations` is the number for each. */
  warmingUp(operations: number): string[] {
    return operations === 0 ? [] : this.names.map((name) => `Warming up ${name} with ${operations} iterations...`);
  }

  running(): string {
    const { stop, rate } = this.spec;
    const several = this.names.length > 1 || this.spec.operation === 'user';
    const what = several ? `[${this.names.join(', ')}]` : this.names[0];
    return `Running ${what} with ${rate.threads} threads ${untilText(stop)}`;
  }

  header(): string {
    return this.style.header;
  }

  /** The rows of one interval; none when nothing ended in it. */
  interval(snapshot: IntervalSnapshot): string[] {
    const active = this.names
      .map((name) => ({ name, one: snapshot.operations[name] }))
      .filter(({ one }) => one !== undefined && one.completed > 0);
    const endMs = snapshot.partial
      ? snapshot.interval * this.spec.log.intervalMs + snapshot.lengthMs
      : (snapshot.interval + 1) * this.spec.log.intervalMs;
    const again = this.headerAgain();
    this.elapsedMs = Math.max(this.elapsedMs, endMs);
    const { serverGc } = snapshot.self;
    this.serverGc = mergeServerGc([this.serverGc, serverGc]);
    const parts = active.map(({ name, one }) => ({ name, part: this.take(name, one) }));
    if (parts.length === 0) return [];
    const sum = emptyTally();
    for (const { part } of parts) {
      addTo(sum, part, []);
      sum.latency.add(part.latency);
    }
    this.uncertainty.note(adjustedRowRate(sum.rows, snapshot.lengthMs, sum.latency.maxNs));
    const rows =
      this.style.byOperation && this.names.length > 1
        ? parts.map(({ name, part }) =>
            this.row(name, this.totals.get(name)?.operations ?? 0, part, snapshot.lengthMs, serverGc),
          )
        : [];
    rows.push(this.row('total', this.whole.operations, sum, snapshot.lengthMs, serverGc));
    for (const { part } of parts) part.latency.destroy();
    sum.latency.destroy();
    return [...again, ...rows];
  }

  /** The header, when so long has passed since it was last there that it is to come again. */
  private headerAgain(): string[] {
    const { headerEveryMs = 0 } = this.output;
    if (headerEveryMs === 0 || this.elapsedMs - this.headerAtMs < headerEveryMs) return [];
    this.headerAtMs = this.elapsedMs;
    return [this.header()];
  }

  summary(): string[] {
    const seconds = this.elapsedMs / 1000;
    const each = this.names.map((name) => ({ name, tally: this.totals.get(name) ?? this.whole }));
    const line = (label: string, text: (tally: Tally) => string, detail: (tally: Tally) => string, unit = ''): string =>
      `${label.padEnd(26)}: ${text(this.whole)}${unit} [${each.map(({ name, tally }) => `${name}: ${detail(tally)}${unit.trimEnd() === '' ? '' : ` ${unit.trim()}`}`).join(', ')}]`;
    const rate = (label: string, unit: string, count: (tally: Tally) => number): string =>
      line(
        label,
        (tally) => fixedGrouped(count(tally) / seconds, 0, 8),
        (tally) => fixedGrouped(count(tally) / seconds, 0),
        ` ${unit.padEnd(5)}`,
      );
    const latency = (label: string, value: (histogram: Histogram) => number): string =>
      line(
        label,
        (tally) => fixed(ms(value(tally.latency)), 1, 6),
        (tally) => fixedGrouped(ms(value(tally.latency)), 1),
        ' ms',
      );
    const count = (label: string, value: (tally: Tally) => number): string =>
      line(
        label,
        (tally) => integerGrouped(value(tally), 10),
        (tally) => integerGrouped(value(tally)),
      );
    const clock = Math.floor(seconds);
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
    const { without } = this.style;
    return [
      '',
      '',
      'Results:',
      rate('Op rate', 'op/s', (tally) => tally.operations),
      rate('Partition rate', 'pk/s', (tally) => tally.partitions),
      rate('Row rate', 'row/s', (tally) => tally.rows),
      latency('Latency mean', (histogram) => histogram.meanNs),
      latency('Latency median', (histogram) => histogram.valueAtNs(50)),
      latency('Latency 95th percentile', (histogram) => histogram.valueAtNs(95)),
      latency('Latency 99th percentile', (histogram) => histogram.valueAtNs(99)),
      latency('Latency 99.9th percentile', (histogram) => histogram.valueAtNs(99.9)),
      latency('Latency max', (histogram) => histogram.maxNs),
      count('Total partitions', (tally) => tally.partitions),
      count('Total errors', (tally) => tally.errors),
      ...gcSummary(this.serverGc),
      `Total operation time      : ${two(clock / 3600)}:${two((clock % 3600) / 60)}:${two(clock % 60)}`,
      '',
    ].filter((text) => without?.test(text) !== true);
  }

  /** Operations per second over the whole run so far. */
  get opRate(): number {
    return this.elapsedMs === 0 ? 0 : (this.whole.operations * 1000) / this.elapsedMs;
  }

  /** The whole run so far as rows of the interval table: one for each operation type, and their total. */
  wholeRows(): string[] {
    const row = (name: string, tally: Tally) => this.row(name, tally.operations, tally, this.elapsedMs, this.serverGc);
    const each = this.names.map((name) => row(name, this.totals.get(name) ?? this.whole));
    return [...each, row('total', this.whole)];
  }

  end(success: boolean): string {
    return success ? 'END' : 'FAILURE';
  }

  private take(name: string, one: OperationInterval | undefined): Tally {
    const part = emptyTally();
    if (!one) return part;
    const counts = { operations: one.completed, partitions: one.partitions, rows: one.rows, errors: one.failed };
    // With fixed= the original prints response times, else service times.
    const encoded = [(this.spec.rate.model === 'open' ? one.rt : undefined) ?? one.st, one.failedSt];
    addTo(part, counts, encoded);
    const total = this.totals.get(name);
    if (total) addTo(total, counts, encoded);
    addTo(this.whole, counts, encoded);
    return part;
  }

  private row(
    name: string,
    totalOperations: number,
    tally: Tally,
    lengthMs: number,
    serverGc: ServerGc | undefined,
  ): string {
    const { elapsedMs } = this;
    const uncertainty = this.uncertainty.relativeError;
    return this.style.row({ ...tally, name, totalOperations, lengthMs, elapsedMs, uncertainty, serverGc });
  }
}
