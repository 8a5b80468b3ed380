import type { z } from 'zod';
import type { Scalar, SuiteSpec } from './suite.schema.js';

/** What the nightly suite is made of when nothing else is said. */
const NIGHTLY_PARAMS: Readonly<Record<string, Scalar>> = {
  dataset: 'nightly',
  files: 4,
  rowsPerFile: 25_000,
  keyspace: 'nightly',
  replicationFactor: 1,
  consistencyLevel: 'LOCAL_ONE',
  stressKeyspace: 'nightly_stress',
  stressRows: 100_000,
  stressSeconds: 60,
  stressThreads: 64,
  stressRatePerSecond: 2_000,
};

const STRESS =
  'cl=${params.consistencyLevel} no-warmup -schema keyspace=${params.stressKeyspace} -rate threads=${params.stressThreads}';

/** Rows are generated, loaded and looked up, every value compared; then writes, a mixed load at a rate, and a check of all rows. */
export const nightlySuite = (params: Readonly<Record<string, Scalar>> = {}): z.input<typeof SuiteSpec> => ({
  params: { ...NIGHTLY_PARAMS, ...params },
  steps: [
    {
      id: 'generate',
      run: {
        kind: 'generate',
        spec: { dataset: '${params.dataset}', files: '${params.files}', rowsPerFile: '${params.rowsPerFile}' },
      },
    },
    {
      id: 'load',
      run: {
        kind: 'load',
        spec: {
          dataset: '${steps.generate.outputs.dataset}',
          keyspace: '${params.keyspace}',
          create: { replication: { factor: '${params.replicationFactor}' } },
          consistencyLevel: '${params.consistencyLevel}',
          existing: 'restart',
        },
      },
    },
    {
      id: 'query',
      run: {
        kind: 'query',
        spec: {
          dataset: '${steps.generate.outputs.dataset}',
          keyspace: '${steps.load.outputs.keyspace}',
          table: '${steps.load.outputs.table}',
          consistencyLevel: '${params.consistencyLevel}',
          check: { payload: true, fail: true },
        },
      },
    },
    { id: 'write', run: { kind: 'stress', spec: { command: `write n=\${params.stressRows} ${STRESS}` } } },
    {
      id: 'mixed',
      run: {
        kind: 'stress',
        spec: {
          command: `mixed ratio(write=1,read=3) duration=\${params.stressSeconds}s ${STRESS} fixed=\${params.stressRatePerSecond}/s -pop seq=1..\${params.stressRows}`,
        },
        thresholds: [{ metric: 'errorRatio', operator: '<=', value: 0.001 }],
      },
    },
    {
      id: 'verify',
      run: {
        kind: 'stress',
        spec: { command: `read n=\${params.stressRows} ${STRESS} -pop seq=1..\${params.stressRows}` },
        thresholds: [{ metric: 'errorRatio', operator: '<=', value: 0 }],
      },
    },
  ],
});
