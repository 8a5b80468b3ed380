import type { Example } from './run-examples.js';

const sink = {
  host: '127.0.0.1',
  port: 5432,
  database: 'warehouse',
  username: 'cdc_user',
  password: 'cdc_password',
};

export const CDC: Record<string, Example> = {
  cdc: {
    summary: 'cdc: 10,000 changes per second, 1 % of the keys verified in PostgreSQL',
    value: {
      kind: 'cdc',
      name: 'CDC pipeline',
      target: { contactPoints: ['127.0.0.1:9042'], sink },
      spec: { ratePerSecond: 10_000, durationMs: 300_000, verification: { sampleShare: 0.01 } },
    },
  },
  cdcSimulated: {
    summary: 'cdc: a simulated pipeline with a lag of 200 ms, every change verified',
    value: {
      kind: 'cdc',
      name: 'simulated CDC pipeline',
      spec: {
        ratePerSecond: 500,
        durationMs: 30_000,
        verification: { sampleShare: 1 },
        pipeline: { type: 'embedded', lag: { type: 'constant', ms: 200 }, lossShare: 0.001 },
      },
    },
  },
};
