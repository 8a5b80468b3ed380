import type { RowSize } from './scylla-bench.schema.js';

/** What a scylla-bench line says, before it is known to fit together; a field is absent where the line says nothing. */
export interface ScyllaBenchDraft {
  mode?: string;
  workload?: string;
  keyspace?: string;
  table?: string;
  replicationFactor?: number;
  consistencyLevel?: string;
  concurrency?: number;
  maxRatePerSecond?: number;
  partitionCount?: number;
  partitionOffset?: number;
  clusteringRowCount?: number;
  size?: RowSize;
  zeros?: boolean;
  rowsPerRequest?: number;
  inRestriction?: boolean;
  upperBound?: boolean;
  noLowerBound?: boolean;
  bypassCache?: boolean;
  orders?: string[];
  rangeCount?: number;
  durationMs?: number;
  iterations?: number;
  validateData?: boolean;
  truncate?: boolean;
  extraClause?: string;
  startNs?: string;
  writeRatePerSecond?: number;
  distribution?: string;
  connectionsPerNode?: number;
  requestTimeoutMs?: number;
  schemaTimeoutMs?: number;
  pageSize?: number;
  compression?: boolean;
  routing?: string;
  retries?: number;
  minDelayMs?: number;
  maxDelayMs?: number;
  errorLimit?: number;
  errorLimitInARow?: number;
  latencyType?: string;
  hdrFile?: string;
  nodes?: string[];
  datacenter?: string;
  username?: string;
  password?: string;
  tls?: boolean;
  tlsVerify?: boolean;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

const restrictionOf = (draft: ScyllaBenchDraft): string => {
  if (draft.inRestriction === true) return 'in';
  if (draft.upperBound === true) return 'bothBounds';
  return draft.noLowerBound === true ? 'none' : 'lowerBound';
};

const stopOf = ({ durationMs = 0, iterations = 1 }: ScyllaBenchDraft, hasPasses: boolean): unknown => {
  const passes = hasPasses && iterations > 0 ? iterations : undefined;
  if (durationMs > 0)
    return passes === undefined ? { type: 'duration', durationMs } : { type: 'either', passes, durationMs };
  return passes === undefined ? undefined : { type: 'passes', passes };
};

const positive = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

function workloadOf(draft: ScyllaBenchDraft, type: string): unknown {
  const { partitionCount, partitionOffset, clusteringRowCount, startNs, distribution } = draft;
  const keys = { type, partitionCount, partitionOffset, clusteringRowCount };
  if (type !== 'timeseries') return keys;
  const series = { ...keys, startNs };
  if (draft.mode !== 'read') return series;
  return { ...series, writeRatePerSecond: positive(draft.writeRatePerSecond), distribution };
}

/** The fields that a mode has beside those of every mode. */
function ownFields(draft: ScyllaBenchDraft): Readonly<Record<string, unknown>> {
  const { table, truncate, rowsPerRequest, bypassCache, validateData, rangeCount } = draft;
  const content = validateData === true ? 'checked' : draft.zeros === true ? 'zeros' : 'random';
  const value = { size: draft.size, content };
  const select = { rowsPerRequest, restriction: restrictionOf(draft), orders: draft.orders, bypassCache };
  const fields: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    write: { table, truncate, rowsPerRequest, value },
    read: { table, validateData, select },
    mixed: { table, truncate, value, select },
    counter_update: { truncate },
    counter_read: { validateData, select },
    scan: { table, validateData, bypassCache, rangeCount },
  };
  return fields[draft.mode ?? ''] ?? {};
}

/** The structured form that a draft asks for, still to be checked against the schema. */
export function formOfDraft(draft: ScyllaBenchDraft): unknown {
  const { mode, workload } = draft;
  const form = {
    mode,
    ...(mode === 'scan' || workload === undefined ? {} : { workload: workloadOf(draft, workload) }),
    ...ownFields(draft),
    keyspace: draft.keyspace,
    replicationFactor: draft.replicationFactor,
    consistencyLevel: draft.consistencyLevel,
    concurrency: draft.concurrency,
    maxRatePerSecond: positive(draft.maxRatePerSecond),
    stop: stopOf(draft, mode === 'scan' || workload === 'sequential'),
    extraClause: draft.extraClause === '' ? undefined : draft.extraClause,
    connection: {
      connectionsPerNode: draft.connectionsPerNode,
      requestTimeoutMs: draft.requestTimeoutMs,
      schemaTimeoutMs: draft.schemaTimeoutMs,
      pageSize: draft.pageSize,
      compression: draft.compression === false ? 'none' : 'snappy',
      routing: draft.routing,
    },
    errors: {
      retries: draft.retries,
      minDelayMs: draft.minDelayMs,
      maxDelayMs: draft.maxDelayMs,
      limit: positive(draft.errorLimit),
      limitInARow: positive(draft.errorLimitInARow),
    },
    log: { latency: draft.latencyType, hdrFile: draft.hdrFile === '' ? undefined : draft.hdrFile },
  };
  // Leaves out what is undefined, so that the schema's defaults apply.
  return JSON.parse(JSON.stringify(form));
}
