import type { ParentKind } from '#libs/contract/run.js';
import { nightlySuite } from '#libs/workloads/suite/nightly.js';
import { zookeeperSequence } from '#libs/workloads/suite/zookeeper-sequence.js';
import type { Example } from './run-examples.js';

const target = { contactPoints: ['127.0.0.1:9042'] };

/** Examples of runs that consist of other runs. */
export const PARENT_EXAMPLES: { [K in ParentKind]: Record<string, Example> } = {
  suite: {
    suiteNightly: {
      summary:
        'suite: rows are generated, loaded and looked up; then a stress run, a check of it, and a report over all',
      value: { kind: 'suite', name: 'nightly', target, spec: nightlySuite() },
    },
    suiteZookeeper: {
      summary: 'suite: the task sets of the Locust harness one after another',
      value: {
        kind: 'suite',
        name: 'sequence',
        target: { connectString: '127.0.0.1:2181' },
        spec: zookeeperSequence({ clients: 256, minWaitMs: 150, maxWaitMs: 300, stepMs: 15_000 }),
      },
    },
    suiteMatrix: {
      summary: 'suite: the limit is searched; then runs at half of it, with every number of threads',
      value: {
        kind: 'suite',
        name: 'half of the limit',
        target,
        spec: {
          params: { rows: 100_000 },
          setup: [
            {
              id: 'fill',
              run: { kind: 'stress', spec: { command: 'write n=${params.rows} cl=ONE -rate threads=50' } },
            },
          ],
          steps: [
            {
              id: 'reads',
              matrix: {
                axes: { threads: [8, 32, 128], cl: ['ONE', 'QUORUM'] },
                exclude: [{ threads: 8, cl: 'QUORUM' }],
              },
              pauseMs: 5_000,
              run: {
                kind: 'stress',
                spec: {
                  command:
                    'read duration=30s cl=${matrix.cl} -rate threads=${matrix.threads} -pop seq=1..${params.rows}',
                },
              },
            },
          ],
        },
      },
    },
  },
  search: {
    search: {
      summary: 'search: the highest rate of reads with a 99th percentile below 10 ms',
      value: {
        kind: 'search',
        name: 'limit of reads',
        target,
        thresholds: [{ metric: 'p99Ms', operator: '<', value: 10 }],
        spec: {
          probe: {
            kind: 'stress',
            spec: {
              operation: 'read',
              consistencyLevel: 'ONE',
              population: { type: 'sequence', from: 1, to: 100_000 },
              rate: { model: 'open', threads: 128, ratePerSecond: 1_000 },
            },
          },
          plan: { type: 'limit', fromPerSecond: 1_000, toPerSecond: 200_000, precision: 0.05 },
          probeMs: 20_000,
        },
      },
    },
    searchSweep: {
      summary: 'search: latency at ten rates',
      value: {
        kind: 'search',
        name: 'latency against rate',
        target,
        spec: {
          probe: { kind: 'stress', spec: { operation: 'write', consistencyLevel: 'ONE' } },
          plan: { type: 'sweep', ratesPerSecond: { from: 1_000, to: 10_000, count: 10 } },
          probeMs: 10_000,
        },
      },
    },
  },
};
