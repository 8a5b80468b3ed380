import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { maxRateOf } from './scylla-bench-check.js';
import type { ScyllaBenchTarget } from './scylla-bench-line.js';
import { quotedWord } from './quoted-word.js';

/** The line that means the same as the run; a password is never part of it. Undefined for other runs. */
export function formatYcsb(
  spec: StressPlanSpec,
  target: ScyllaBenchTarget & { port?: number | undefined } = {},
): string | undefined {
  const { ycsb, stop, rate, connection } = spec;
  if (ycsb === undefined) return undefined;
  const { shares, scanLength } = ycsb;
  const uniform = ycsb.fieldLengths === 'uniform';
  const properties: Readonly<Record<string, string | number | boolean | undefined>> = {
    recordcount: ycsb.recordCount,
    operationcount: ycsb.phase === 'load' ? undefined : stop.type === 'operations' ? stop.count : ycsb.operationCount,
    maxexecutiontime: stop.type === 'duration' ? Math.ceil(stop.durationMs / 1_000) : undefined,
    insertstart: ycsb.insertStart === 0 ? undefined : ycsb.insertStart,
    insertcount: ycsb.insertCount,
    readproportion: shares?.read,
    updateproportion: shares?.update,
    insertproportion: shares?.insert,
    scanproportion: shares?.scan,
    readmodifywriteproportion: shares?.readModifyWrite,
    requestdistribution: ycsb.requestDistribution,
    minscanlength: scanLength?.min,
    maxscanlength: scanLength?.max,
    insertorder: ycsb.insertOrder === 'hashed' ? undefined : ycsb.insertOrder,
    zeropadding: ycsb.zeroPadding === 1 ? undefined : ycsb.zeroPadding,
    table: ycsb.table === 'usertable' ? undefined : ycsb.table,
    fieldcount: ycsb.fieldCount,
    fieldlength: ycsb.fieldLengthBytes,
    fieldlengthdistribution: uniform ? 'uniform' : undefined,
    minfieldlength: uniform ? ycsb.minFieldLengthBytes : undefined,
    fieldnameprefix: ycsb.fieldNamePrefix === 'field' ? undefined : ycsb.fieldNamePrefix,
    readallfields: ycsb.readAllFields ? undefined : false,
    writeallfields: ycsb.writeAllFields || undefined,
    dataintegrity: ycsb.dataIntegrity || undefined,
    core_workload_insertion_retry_limit: spec.errors.retries === 0 ? undefined : spec.errors.retries,
    core_workload_insertion_retry_interval:
      ycsb.retryDelayMs === 3_000 ? undefined : Math.round(ycsb.retryDelayMs / 1_000),
    'measurement.interval': rate.model === 'open' ? 'intended' : undefined,
    'status.interval': spec.log.intervalMs === 1_000 ? undefined : Math.max(1, Math.round(spec.log.intervalMs / 1_000)),
    'cassandra.keyspace': spec.schema.keyspace,
    'cassandra.readconsistencylevel': ycsb.readConsistencyLevel ?? spec.consistencyLevel,
    'cassandra.writeconsistencylevel': spec.consistencyLevel,
    'cassandra.coreconnections': connection.connectionsPerNode === 1 ? undefined : connection.connectionsPerNode,
    'cassandra.connecttimeoutmillis': connection.connectTimeoutMs,
    'cassandra.readtimeoutmillis': connection.requestTimeoutMs,
    hosts: target.contactPoints?.join(),
    port: target.port,
    'scylla.local_dc': target.localDatacenter,
    'cassandra.username': target.username,
  };
  const file = ycsb.workload === undefined ? [] : ['-P', `workloads/workload${ycsb.workload.toLowerCase()}`];
  const perSecond = maxRateOf(spec);
  return [
    ycsb.phase,
    'cassandra-cql',
    ...file,
    '-threads',
    rate.threads,
    ...(perSecond === undefined ? [] : ['-target', perSecond]),
    ...Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .flatMap(([name, value]) => ['-p', `${name}=${String(value)}`]),
  ]
    .map((word) => quotedWord(String(word)))
    .join(' ');
}
