import { Counter, Gauge, type Registry } from 'prom-client';
import type { IntervalSnapshot, Replication } from '#libs/contract/interval.js';
import { LatencyFamily } from './latency-family.js';

/** The original's buckets, seconds, and some beyond them: it could not see more than 10 s. */
const BOUNDS = [0.1, 0.5, 1, 2, 5, 10, 30, 60] as const;
const WRITES: ReadonlySet<string> = new Set(['insert', 'update', 'delete']);
/** The original counted errors of the connection by that name, and all others by the operation. */
const CONNECTION: ReadonlySet<string> = new Set(['connectionLost', 'noHost']);

const STATUSES = [
  'timed',
  'superseded',
  'unknown',
  'unverified',
  'lost',
] as const satisfies readonly (keyof Replication['verified'])[];

/** What CDC runs do, under the names of the benchmark that they replace. Counters run on over runs. */
export class CdcMetrics {
  private readonly written: Counter<'operation'>;
  private readonly verified: Counter<'status'>;
  private readonly cassandraErrors: Counter<'error_type'>;
  private readonly postgresErrors: Counter<'error_type'>;
  private readonly depth: Gauge;
  private readonly latency = new LatencyFamily({
    name: 'benchmark_replication_latency_seconds',
    help: 'From the acknowledgement of a change to its visibility in PostgreSQL',
    bounds: BOUNDS,
  });

  constructor(registry: Registry) {
    const registers = [registry];
    this.written = new Counter({
      name: 'benchmark_events_written_total',
      help: 'Changes that were written to the source',
      labelNames: ['operation'],
      registers,
    });
    this.verified = new Counter({
      name: 'benchmark_events_verified_total',
      help: 'Sampled changes by what became of them; success is timed and superseded together',
      labelNames: ['status'],
      registers,
    });
    this.cassandraErrors = new Counter({
      name: 'benchmark_cassandra_errors_total',
      help: 'Failed writes: connection, else the operation',
      labelNames: ['error_type'],
      registers,
    });
    this.postgresErrors = new Counter({
      name: 'benchmark_postgres_errors_total',
      help: 'Errors of PostgreSQL while verifying',
      labelNames: ['error_type'],
      registers,
    });
    this.depth = new Gauge({
      name: 'benchmark_verification_queue_depth',
      help: 'Changes that are waited for',
      registers,
    });
  }

  add({ operations, self }: IntervalSnapshot): void {
    for (const [operation, { completed, failed, errors, st }] of Object.entries(operations)) {
      if (operation === 'replication') this.latency.add('', st);
      if (!WRITES.has(operation)) continue;
      this.written.inc({ operation }, completed - failed);
      for (const [name, count] of Object.entries(errors))
        this.cassandraErrors.inc({ error_type: CONNECTION.has(name) ? 'connection' : operation }, count);
    }
    if (self.replication !== undefined) this.addReplication(self.replication);
  }

  end(): void {
    this.depth.set(0);
  }

  /** The histogram of replication latencies in the text format. */
  text(): string {
    return this.latency.text();
  }

  private addReplication({ queueDepth, verified, sinkErrors }: Replication): void {
    this.depth.set(queueDepth);
    // A counter cannot fall: what a later look decided otherwise stays counted as it was first.
    for (const status of STATUSES) this.verified.inc({ status }, Math.max(0, verified[status]));
    this.verified.inc({ status: 'success' }, Math.max(0, verified.timed) + Math.max(0, verified.superseded));
    for (const [name, count] of Object.entries(sinkErrors)) this.postgresErrors.inc({ error_type: name }, count);
  }
}
