import { Gauge, type Registry } from 'prom-client';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Outcome } from '#libs/contract/outcome.js';

/** The names that the load framework wrote in its log lines; each is a total of the run but `qps` and `queue_depth`. */
const HELP = {
  qps: 'Successful queries per second in the last interval',
  ok: 'Successful queries of the run',
  timeouts: "Queries of the run that timed out, the client's and the server's",
  errors: 'Queries of the run that failed otherwise, missing and differing rows among them',
  submitted: 'Queries of the run that ended',
  rows_read: 'Rows of the run that were read from files',
  files: 'Files of the run that were read to their end',
  queue_depth: 'Batches that wait, of the worker with most of them',
} as const;
/** As libs/workloads/query/query-tally.ts has it. */
const TIMEOUTS: ReadonlySet<string> = new Set<Outcome>(['clientTimeout', 'readTimeout', 'writeTimeout']);

type Name = keyof typeof HELP;

const NAMES: readonly Name[] = ['qps', 'ok', 'timeouts', 'errors', 'submitted', 'rows_read', 'files', 'queue_depth'];

/** What the present query run does, under the names of the framework that it replaces. */
export class QueryMetrics {
  private readonly gauges: { [N in Name]: Gauge };
  private readonly totals: { [N in Name]: number } = none();

  constructor(registry: Registry) {
    const gauge = (name: Name) =>
      new Gauge({ name: `tidemark_query_${name}`, help: HELP[name], registers: [registry] });
    this.gauges = {
      qps: gauge('qps'),
      ok: gauge('ok'),
      timeouts: gauge('timeouts'),
      errors: gauge('errors'),
      submitted: gauge('submitted'),
      rows_read: gauge('rows_read'),
      files: gauge('files'),
      queue_depth: gauge('queue_depth'),
    };
  }

  begin(): void {
    Object.assign(this.totals, none());
    this.show();
  }

  add({ operations, lengthMs, self }: IntervalSnapshot): void {
    const { totals } = this;
    let ok = 0;
    for (const { completed, failed, errors } of Object.values(operations)) {
      const timedOut = Object.entries(errors).reduce(
        (sum, [name, count]) => (TIMEOUTS.has(name) ? sum + count : sum),
        0,
      );
      ok += completed - failed;
      totals.submitted += completed;
      totals.timeouts += timedOut;
      totals.errors += failed - timedOut;
    }
    totals.ok += ok;
    totals.qps = lengthMs > 0 ? (ok * 1000) / lengthMs : 0;
    totals.rows_read += self.reading?.rowsRead ?? 0;
    totals.files += self.reading?.files ?? 0;
    totals.queue_depth = self.reading?.queueDepth ?? 0;
    this.show();
  }

  end(): void {
    this.totals.qps = 0;
    this.totals.queue_depth = 0;
    this.show();
  }

  private show(): void {
    for (const name of NAMES) this.gauges[name].set(this.totals[name]);
  }
}

function none(): { [N in Name]: number } {
  return { qps: 0, ok: 0, timeouts: 0, errors: 0, submitted: 0, rows_read: 0, files: 0, queue_depth: 0 };
}
