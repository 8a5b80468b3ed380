import type { WorkloadKind } from '#libs/contract/run.js';
import type { StoredRun } from '#libs/store/port.js';
import type { Scalar } from './suite.schema.js';

type Outputs = Record<string, Scalar>;
type Body = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Body => typeof value === 'object' && value !== null;

const fieldOf = (body: Body, name: string, fallback: string): Scalar => {
  const spec = body['spec'];
  const value = isRecord(spec) ? spec[name] : undefined;
  return typeof value === 'string' ? value : fallback;
};

/** Stands for a number that only the run will tell, when a suite is checked before it starts. */
const EXAMPLE = 1_000;

/** What every run gives. */
function measured({ id, summary }: StoredRun): Outputs {
  const total = summary?.operations['total'];
  const latency = total?.responseTime ?? total?.serviceTime;
  return {
    runId: id,
    ...(total && { operations: total.completed, failed: total.failed, ratePerSecond: total.ratePerSecond }),
    ...(latency && { p50Ms: latency.p50Ms, meanMs: latency.meanMs, maxMs: latency.maxMs }),
    ...(typeof latency?.p99Ms === 'number' && { p99Ms: latency.p99Ms }),
  };
}

const MEASURED_EXAMPLE: Outputs = {
  runId: '00000000-0000-4000-8000-000000000000',
  operations: EXAMPLE,
  failed: EXAMPLE,
  ratePerSecond: EXAMPLE,
  p50Ms: EXAMPLE,
  meanMs: EXAMPLE,
  maxMs: EXAMPLE,
  p99Ms: EXAMPLE,
};

/** What runs of a kind give beside that: before they ran, and after. */
const OF_KIND: { [K in WorkloadKind]?: { example: (body: Body) => Outputs; of: (run: StoredRun) => Outputs } } = {
  generate: {
    example: (body) => ({ dataset: fieldOf(body, 'dataset', 'dataset'), rows: EXAMPLE, files: EXAMPLE }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'generate') return {};
      const { dataset, rows, files } = summary.report;
      return { dataset, rows, files };
    },
  },
  load: {
    example: (body) => ({
      dataset: fieldOf(body, 'dataset', 'dataset'),
      keyspace: fieldOf(body, 'keyspace', 'content_db'),
      table: fieldOf(body, 'table', 'content_data'),
      written: EXAMPLE,
      rejected: EXAMPLE,
    }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'load') return {};
      const { dataset, keyspace, table, written, rejected } = summary.report;
      return { dataset, keyspace, table, written, rejected };
    },
  },
  query: {
    example: (body) => ({
      dataset: fieldOf(body, 'dataset', 'dataset'),
      ok: EXAMPLE,
      missing: EXAMPLE,
      different: EXAMPLE,
    }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'query') return {};
      const { dataset, ok, missing, different } = summary.report;
      return { dataset, ok, missing, different };
    },
  },
  zookeeper: {
    example: () => ({ sessions: EXAMPLE, connectionLosses: EXAMPLE, leaderChanges: EXAMPLE }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'zookeeper') return {};
      const { sessions, connectionLosses, leaderChanges } = summary.report;
      return { sessions, connectionLosses, leaderChanges };
    },
  },
  soak: {
    example: () => ({ rowsWritten: EXAMPLE, failedRows: EXAMPLE }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'soak') return {};
      const { rowsWritten, failedRows } = summary.report;
      return { rowsWritten, failedRows };
    },
  },
  cdc: {
    example: () => ({ eventsPerSecond: EXAMPLE, verifiedShare: 1 }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'cdc') return {};
      const { eventsPerSecond, verifiedShare } = summary.report;
      return { eventsPerSecond, verifiedShare };
    },
  },
  search: {
    example: () => ({ ratePerSecond: EXAMPLE, lowestMissedPerSecond: EXAMPLE }),
    of: ({ summary }) => {
      if (summary?.report?.kind !== 'search') return {};
      const { highestPerSecond, lowestMissedPerSecond } = summary.report;
      return {
        ...(highestPerSecond !== null && { ratePerSecond: highestPerSecond }),
        ...(lowestMissedPerSecond !== null && { lowestMissedPerSecond }),
      };
    },
  },
};

const isKind = (kind: string): kind is keyof typeof OF_KIND => kind in OF_KIND;

/** What a step will give, of the right types, so that what uses it can be checked before it has run. */
export const exampleOutputs = (body: Body): Outputs => {
  const kind = String(body['kind']);
  return { ...MEASURED_EXAMPLE, ...(isKind(kind) && OF_KIND[kind]?.example(body)) };
};

/** What a run gives to the steps after it. */
export const outputsOf = (run: StoredRun): Outputs => ({ ...measured(run), ...OF_KIND[run.kind]?.of(run) });
