import type { YcsbDraft } from './ycsb-properties.js';

const positive = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

function rateOf({ threads = 1, ratePerSecond, interval = 'op' }: YcsbDraft): unknown {
  const perSecond = positive(ratePerSecond);
  return perSecond !== undefined && interval !== 'op'
    ? { model: 'open', threads, ratePerSecond: perSecond }
    : { model: 'closed', threads, throttlePerSecond: perSecond };
}

function endOf({ spec, operations, durationMs }: YcsbDraft): { stop: unknown; operationCount?: number | undefined } {
  const lasts = positive(durationMs);
  // A load ends with its rows; how many they are is known when all is read.
  if (lasts === undefined) return { stop: { type: 'operations', count: operations ?? 0 } };
  const stop = { type: 'duration', durationMs: lasts };
  return spec['phase'] === 'load' ? { stop } : { stop, operationCount: positive(operations) };
}

const some = (record: Readonly<Record<string, number>>): boolean => Object.keys(record).length > 0;

/** YCSB's own where a property file says some of them. */
const SHARES = { read: 0.95, update: 0.05, insert: 0, scan: 0, readModifyWrite: 0 };

/** The structured form that a draft asks for, still to be checked against the schema. */
export function formOfYcsb(draft: YcsbDraft): unknown {
  const { stop, operationCount } = endOf(draft);
  const form = {
    operation: 'ycsb',
    ycsb: {
      ...draft.spec,
      shares: some(draft.shares) ? { ...SHARES, ...draft.shares } : undefined,
      scanLength: some(draft.scanLength) ? draft.scanLength : undefined,
      operationCount,
      readConsistencyLevel: draft.spec['readConsistencyLevel'] ?? 'QUORUM',
    },
    schema: { keyspace: draft.keyspace ?? 'ycsb' },
    consistencyLevel: draft.consistencyLevel ?? 'QUORUM',
    warmup: false,
    rate: rateOf(draft),
    stop,
    connection: draft.connection,
    errors: { retries: draft.spec['phase'] === 'load' ? (draft.retries ?? 0) : 0, ignore: true },
    log: { intervalMs: positive(draft.intervalMs) },
  };
  // Leaves out what is undefined, so that the schema's defaults apply.
  return JSON.parse(JSON.stringify(form));
}
