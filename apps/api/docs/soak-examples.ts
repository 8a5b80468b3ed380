import type { Example } from './run-examples.js';

const target = { contactPoints: ['127.0.0.1:9042'] };

export const SOAK: Record<string, Example> = {
  soak: {
    summary: 'soak: batches and paced reads until it is cancelled, as the Scylla Cloud resize tester has them',
    value: {
      kind: 'soak',
      name: 'write and read until cancelled',
      target,
      spec: { replication: { factor: 1 }, consistencyLevel: 'LOCAL_ONE' },
    },
  },
  soakShort: {
    summary: 'soak: ten minutes over two executors, Poisson reads, a tenth of them verified, keys sampled over the run',
    value: {
      kind: 'soak',
      name: 'ten minutes',
      target,
      spec: {
        writers: 8,
        batchesInFlight: 128,
        batchSizes: 'uniform',
        readRatePerSecond: 2000,
        readArrival: 'poisson',
        verifyShare: 0.1,
        pool: { keys: 1_000_000, keep: 'sample' },
        replication: { factor: 1 },
        consistencyLevel: 'LOCAL_ONE',
        durationMs: 600_000,
      },
      placement: { executors: 2 },
    },
  },
};
