import { type LatencyFigures } from '#libs/contract/interval.js';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** A write run of 10 operations, as the API answers it; fields that a test is about are given. */
export const aRun = (fields: Partial<Run> = {}): Run => ({
  ...Run.parse({
    id: 'run-1',
    kind: 'stress',
    name: null,
    labels: {},
    target: { contactPoints: ['127.0.0.1'], port: 9042, shared: false, hasPassword: false, hasTls: false },
    spec: {
      ...StressPlanSpec.parse({
        operation: 'write',
        stop: { type: 'operations', count: 10 },
        rate: { model: 'closed', threads: 1 },
      }),
      command: 'write n=10 -rate threads=1',
    },
    thresholds: [],
    placement: { executors: 1, labels: {} },
    policies: {},
    status: 'completed',
    statusHistory: [],
    waiting: null,
    shards: [],
    verdict: 'none',
    validity: { level: 'valid', reasons: [] },
    problem: null,
    simulated: false,
    createdAtMs: 0,
    startedAtMs: 1_000,
    endedAtMs: 3_000,
    rerunOf: null,
  }),
  ...fields,
});

export const someLatency: LatencyFigures = {
  count: 10,
  meanMs: 1.5,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  p999Ms: null,
  maxMs: 4,
  minMs: 0.5,
};

const counters = {
  scheduled: 10,
  completed: 10,
  failed: 0,
  dropped: 0,
  retries: 0,
  partitions: 10,
  rows: 10,
  errors: {},
};

export const aSummary = (fields: Partial<Summary> = {}): Summary => {
  const operation = {
    ...counters,
    ratePerSecond: 5,
    serviceTime: someLatency,
    responseTime: null,
    waitTime: null,
    failedServiceTime: null,
  };
  return {
    ...Summary.parse({
      startedAtMs: 1_000,
      endedAtMs: 3_000,
      durationMs: 2_000,
      simulated: false,
      operations: { WRITE: operation, total: operation },
      mismatches: [],
      mismatchCount: 0,
      startSkewMs: null,
      coverage: 1,
      clientCpuUsPerOperation: null,
      verdict: 'none',
      thresholds: [],
      validity: { level: 'valid', reasons: [] },
    }),
    ...fields,
  };
};
