import { Counter, Gauge, type Registry } from 'prom-client';
import type { IntervalSnapshot, Pacing } from '#libs/contract/interval.js';

/** What soak runs write, read and find, and how backpressure holds their writers back. Counters run on over runs. */
export class SoakMetrics {
  private readonly batches: Counter;
  private readonly rows: Counter;
  private readonly retries: Counter;
  private readonly reads: Counter;
  private readonly verified: Counter;
  private readonly mismatches: Counter<'reason'>;
  private readonly decreases: Counter;
  private readonly backoffs: Counter;
  private readonly backoffSeconds: Counter;
  private readonly inFlight: Gauge;
  private readonly cap: Gauge;
  private readonly limit: Gauge;
  private readonly lowest: Gauge;
  private readonly poolKeys: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name: `tidemark_soak_${name}`, help, registers });
    const gauge = (name: string, help: string) => new Gauge({ name: `tidemark_soak_${name}`, help, registers });
    this.batches = counter('batches_written_total', 'Batches that were acknowledged');
    this.rows = counter('rows_written_total', 'Rows of acknowledged batches');
    this.retries = counter('batch_retries_total', 'Times that a refused batch was tried again');
    this.reads = counter('reads_total', 'Reads that found their row');
    this.verified = counter('reads_verified_total', 'Reads whose whole row was compared');
    this.mismatches = new Counter({
      name: 'tidemark_soak_mismatches_total',
      help: 'Acknowledged rows that a read did not find, or found other than written',
      labelNames: ['reason'],
      registers,
    });
    this.decreases = counter('limit_decreases_total', 'Times that a lane was refused and lowered its limit');
    this.backoffs = counter('backoffs_total', 'Waits of batches that were refused, and after failures');
    this.backoffSeconds = counter('backoff_seconds_total', 'How long these waits were together');
    this.inFlight = gauge('batches_in_flight', 'Batches without an answer at the end of the last interval');
    this.cap = gauge('batches_in_flight_cap', 'The most that this executor may have in the run under way');
    this.limit = gauge('batches_in_flight_limit', 'What backpressure allowed at the end of the last interval');
    this.lowest = gauge('batches_in_flight_limit_lowest', 'The least that it allowed in the last interval');
    this.poolKeys = gauge('pool_keys', 'Written rows that readers can draw');
    // There from the first scrape on, so that an alert on a rise sees the first one.
    for (const reason of ['missing', 'different']) this.mismatches.inc({ reason }, 0);
  }

  /** `cap`: batches that this executor may have in flight. */
  begin(cap: number): void {
    for (const gauge of [this.cap, this.limit, this.lowest]) gauge.set(cap);
  }

  add({ operations, self }: IntervalSnapshot): void {
    const { WRITE: written, READ: read } = operations;
    if (written !== undefined) {
      this.batches.inc(written.completed - written.failed);
      this.rows.inc(written.rows);
      this.retries.inc(written.retries);
    }
    if (read !== undefined) {
      this.reads.inc(read.completed - read.failed);
      this.mismatches.inc({ reason: 'missing' }, read.errors['missing'] ?? 0);
      this.mismatches.inc({ reason: 'different' }, read.errors['validation'] ?? 0);
    }
    if (self.pacing !== undefined) this.pace(self.pacing);
  }

  /** What is of the run under way goes with it; counters stay. */
  end(): void {
    for (const gauge of [this.inFlight, this.cap, this.limit, this.lowest, this.poolKeys]) gauge.set(0);
  }

  private pace(pacing: Pacing): void {
    this.verified.inc(pacing.verified);
    this.decreases.inc(pacing.decreases);
    this.backoffs.inc(pacing.backoffs);
    this.backoffSeconds.inc(pacing.backoffMs / 1000);
    this.inFlight.set(pacing.inFlight ?? 0);
    this.limit.set(pacing.limit);
    this.lowest.set(pacing.lowest);
    this.poolKeys.set(pacing.poolKeys);
  }
}
