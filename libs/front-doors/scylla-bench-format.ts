import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { quotedWord } from './quoted-word.js';
import { maxRateOf } from './scylla-bench-check.js';
import type { ScyllaBenchTarget } from './scylla-bench-line.js';

type Flags = Readonly<Record<string, string | number | boolean | undefined>>;

function workloadFlags(spec: Exclude<ScyllaBenchSpec, { mode: 'scan' }>): Flags {
  const { workload } = spec;
  const series =
    workload.type !== 'timeseries'
      ? {}
      : {
          'start-timestamp': workload.startNs,
          ...('distribution' in workload && {
            'write-rate': workload.writeRatePerSecond,
            distribution: workload.distribution,
          }),
        };
  return {
    workload: workload.type,
    'partition-count': workload.partitionCount,
    'partition-offset': workload.partitionOffset === 0 ? undefined : workload.partitionOffset,
    'clustering-row-count': workload.clusteringRowCount,
    ...series,
  };
}

function rowFlags(spec: ScyllaBenchSpec): Flags {
  const { select, value } = { select: undefined, value: undefined, ...spec };
  const checks = 'validateData' in spec ? spec.validateData : value?.content === 'checked';
  const size = value?.size;
  const bypass = select?.bypassCache ?? ('bypassCache' in spec && spec.bypassCache);
  return {
    table: 'table' in spec && spec.table !== 'test' ? spec.table : undefined,
    'rows-per-request': 'rowsPerRequest' in spec ? spec.rowsPerRequest : select?.rowsPerRequest,
    'clustering-row-size': size && (size.type === 'fixed' ? `fixed:${size.bytes}` : `uniform:${size.min}..${size.max}`),
    'no-random-data': value?.content === 'zeros',
    'validate-data': checks,
    'in-restriction': select?.restriction === 'in',
    'provide-upper-bound': select?.restriction === 'bothBounds',
    'no-lower-bound': select?.restriction === 'none',
    'select-order-by': select && select.orders.join() !== 'none' ? select.orders.join() : undefined,
    'bypass-cache': bypass,
    'page-size': 'pageSize' in spec ? spec.pageSize : undefined,
    'range-count': 'rangeCount' in spec ? spec.rangeCount : undefined,
  };
}

function runFlags(spec: StressPlanSpec, bench: ScyllaBenchSpec): Flags {
  const { stop, rate, schema, connection, errors, log } = spec;
  const goesRound = bench.mode === 'scan' || bench.workload.type === 'sequential';
  return {
    duration: stop.type === 'duration' ? `${stop.durationMs}ms` : undefined,
    iterations: goesRound ? (bench.passes ?? 0) : undefined,
    concurrency: rate.threads,
    'max-rate': maxRateOf(spec),
    'latency-type': rate.model === 'open' ? 'fixed-coordinated-omission' : undefined,
    keyspace: schema.keyspace,
    'replication-factor': schema.replication.options['replication_factor'],
    'consistency-level': spec.consistencyLevel.toLowerCase(),
    'truncate-table': spec.truncate === 'once',
    'connection-count': connection.connectionsPerNode,
    timeout: `${connection.requestTimeoutMs}ms`,
    'metadata-schema-timeout': `${connection.controlConnectionTimeoutMs}ms`,
    'host-selection-policy': bench.routing === 'token-aware' ? undefined : bench.routing,
    'retry-number': errors.retries,
    'retry-interval': `${bench.errors.minDelayMs}ms,${bench.errors.maxDelayMs}ms`,
    'error-limit': bench.errors.limit,
    'error-at-row-limit': bench.errors.limitInARow,
    'extra-clause': bench.extraClause,
    'hdr-latency-file': log.hdrFile,
  };
}

/** The line that means the same as the run; a password is never part of it. Empty for other runs. */
export function formatScyllaBench(spec: StressPlanSpec, target: ScyllaBenchTarget = {}): string {
  const { scyllaBench: bench } = spec;
  if (bench === undefined) return '';
  const flags: Flags = {
    mode: bench.mode,
    ...(bench.mode === 'scan' ? {} : workloadFlags(bench)),
    ...rowFlags(bench),
    ...runFlags(spec, bench),
    nodes: target.contactPoints?.join(),
    datacenter: target.localDatacenter,
    username: target.username,
  };
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? `-${name}` : `-${name} ${quotedWord(String(value))}`))
    .join(' ');
}
