import type { RowSize } from '#libs/workloads/stress/scylla-bench.schema.js';

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

/** Passes and a time may be said together: whichever ends first. The number of requests follows when all is known. */
const stopOf = ({ durationMs = 0, iterations = 1 }: ScyllaBenchDraft, hasPasses: boolean): unknown => {
  if (durationMs > 0) return { type: 'duration', durationMs };
  return hasPasses && iterations > 0 ? { type: 'operations', count: 0 } : undefined;
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
  const { table, rowsPerRequest, bypassCache, validateData, rangeCount, pageSize } = draft;
  const content = validateData === true ? 'checked' : draft.zeros === true ? 'zeros' : 'random';
  const value = { size: draft.size, content };
  const select = { rowsPerRequest, restriction: restrictionOf(draft), orders: draft.orders, bypassCache };
  const fields: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    write: { table, rowsPerRequest, value },
    read: { table, validateData, select, pageSize },
    mixed: { table, value, select, pageSize },
    counter_update: {},
    counter_read: { validateData, select, pageSize },
    scan: { table, validateData, bypassCache, rangeCount, pageSize },
  };
  return fields[draft.mode ?? ''] ?? {};
}

function rateOf(draft: ScyllaBenchDraft): unknown {
  const threads = draft.concurrency ?? 16;
  const perSecond = positive(draft.maxRatePerSecond);
  return draft.latencyType === 'fixedCoordinatedOmission' && perSecond !== undefined
    ? { model: 'open', threads, ratePerSecond: perSecond }
    : { model: 'closed', threads, throttlePerSecond: perSecond };
}

/** The structured form that a draft asks for, still to be checked against the schema. */
export function formOfDraft(draft: ScyllaBenchDraft): unknown {
  const { mode, workload, iterations = 1, requestTimeoutMs = 5_000 } = draft;
  const hasPasses = mode === 'scan' || workload === 'sequential';
  const form = {
    operation: 'scyllaBench',
    scyllaBench: {
      mode,
      ...(mode === 'scan' || workload === undefined ? {} : { workload: workloadOf(draft, workload) }),
      ...ownFields(draft),
      passes: hasPasses ? positive(iterations) : undefined,
      extraClause: draft.extraClause === '' ? undefined : draft.extraClause,
      routing: draft.routing,
      errors: {
        minDelayMs: draft.minDelayMs,
        maxDelayMs: draft.maxDelayMs,
        limit: positive(draft.errorLimit),
        limitInARow: positive(draft.errorLimitInARow),
      },
    },
    schema: {
      keyspace: draft.keyspace ?? 'scylla_bench',
      replication: {
        strategy: 'NetworkTopologyStrategy',
        options: { replication_factor: String(draft.replicationFactor ?? 1) },
      },
    },
    consistencyLevel: draft.consistencyLevel ?? 'QUORUM',
    truncate: draft.truncate === true ? 'once' : 'never',
    warmup: false,
    rate: rateOf(draft),
    stop: stopOf(draft, hasPasses),
    connection: {
      connectionsPerNode: draft.connectionsPerNode ?? 4,
      requestTimeoutMs,
      connectTimeoutMs: requestTimeoutMs,
      controlConnectionTimeoutMs: draft.schemaTimeoutMs ?? 60_000,
    },
    errors: { retries: draft.retries ?? 10, ignore: true },
    log: { hdrFile: draft.hdrFile === '' ? undefined : draft.hdrFile },
  };
  // Leaves out what is undefined, so that the schema's defaults apply.
  return JSON.parse(JSON.stringify(form));
}
