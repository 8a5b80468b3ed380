import { OUTCOMES } from '#libs/contract/outcome.js';
import type { RowQueue } from './row-queue.js';
import type { RowReader } from './row-reader.js';

const TIMEOUTS: ReadonlySet<string> = new Set(['clientTimeout', 'readTimeout', 'writeTimeout']);
const MS_PER_S = 1_000;

/** Counts what becomes of a worker's queries, and says it in the original's line. */
export class QueryTally {
  timeouts = 0;
  errors = 0;
  missing = 0;
  different = 0;
  private lastOk = 0;

  constructor(
    private readonly worker: number,
    private readonly queue: Pick<RowQueue, 'seed' | 'depth'>,
    private readonly reader: Pick<RowReader, 'rowsRead' | 'filesRead'>,
    /** Queries that ended, failed ones included. */
    private readonly completed: () => number,
  ) {}

  get ok(): number {
    return this.completed() - this.timeouts - this.errors;
  }

  /** A query has failed; answers whether by time. */
  failed(outcome: number): boolean {
    const name = OUTCOMES[outcome] ?? 'other';
    if (TIMEOUTS.has(name)) {
      this.timeouts++;
      return true;
    }
    this.errors++;
    if (name === 'missing') this.missing++;
    if (name === 'validation') this.different++;
    return false;
  }

  /** `worker=3 | thread=query | INFO | qps=480.2 | ok=9600 | …`; the rate is that of the `ms` since the line before. */
  line(ms: number): string {
    const { ok } = this;
    const perSecond = ms > 0 ? ((ok - this.lastOk) * MS_PER_S) / ms : 0;
    this.lastOk = ok;
    const { queue, reader, timeouts, errors } = this;
    return this.tagged(
      'INFO',
      `qps=${perSecond.toFixed(1)} | ok=${ok} | timeouts=${timeouts} | errors=${errors} | submitted=${queue.seed} | rows_read=${reader.rowsRead} | files=${reader.filesRead} | queue_depth=${queue.depth}`,
    );
  }

  /** A line of this worker. */
  tagged(level: 'INFO' | 'WARNING' | 'ERROR', text: string, thread: 'query' | 'reader' = 'query'): string {
    return `worker=${this.worker} | thread=${thread} | ${level} | ${text}`;
  }
}
