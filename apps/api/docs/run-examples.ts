import type { z } from 'zod';
import type { CreateRun, WorkloadKind } from '#libs/contract/run.js';
import { SOAK } from './soak-examples.js';
import { CDC } from './cdc-examples.js';
import { ZOOKEEPER } from './zookeeper-examples.js';
import { PARENT_EXAMPLES } from './parent-examples.js';

export interface Example {
  summary: string;
  value: Extract<z.input<typeof CreateRun>, { kind: WorkloadKind }>;
}

const target = { contactPoints: ['127.0.0.1:9042'] };

const STRESS: Record<string, Example> = {
  stressCommand: {
    summary: 'stress: a cassandra-stress command line',
    value: {
      kind: 'stress',
      name: 'mixed at a fixed rate',
      target,
      spec: {
        command:
          'mixed ratio(write=1,read=3) duration=30s cl=ONE -rate threads=64 fixed=5000/s -pop dist=GAUSSIAN(1..100000)',
      },
    },
  },
  stressWrite: {
    summary: 'stress: write rows, structured form',
    value: {
      kind: 'stress',
      name: 'write 100,000 rows',
      target,
      spec: {
        operation: 'write',
        stop: { type: 'operations', count: 100_000 },
        consistencyLevel: 'ONE',
        rate: { model: 'closed', threads: 50 },
      },
    },
  },
  stressRead: {
    summary: 'stress: read and validate what the write run wrote',
    value: {
      kind: 'stress',
      name: 'validate 100,000 rows',
      labels: { purpose: 'example' },
      target,
      spec: {
        operation: 'read',
        stop: { type: 'operations', count: 100_000 },
        consistencyLevel: 'ONE',
        population: { type: 'sequence', from: 1, to: 100_000 },
        rate: { model: 'closed', threads: 50 },
      },
      thresholds: [{ metric: 'p99Ms', operator: '<', value: 50 }],
    },
  },
  stressScyllaBench: {
    summary: "stress: scylla-bench's sequential write, whose rows a read can check",
    value: {
      kind: 'stress',
      name: 'scylla-bench: 100,000 rows',
      target,
      spec: {
        operation: 'scyllaBench',
        scyllaBench: {
          mode: 'write',
          workload: { type: 'sequential', partitionCount: 1_000, clusteringRowCount: 100 },
          value: { size: { type: 'fixed', bytes: 100 }, content: 'checked' },
          passes: 1,
        },
        schema: { keyspace: 'scylla_bench' },
        consistencyLevel: 'QUORUM',
        stop: { type: 'operations', count: 100_000 },
        rate: { model: 'closed', threads: 16 },
        warmup: false,
      },
    },
  },
  stressScyllaBenchLine: {
    summary: 'stress: a scylla-bench line',
    value: {
      kind: 'stress',
      name: 'scylla-bench: check what was written',
      target,
      spec: {
        from: 'scylla-bench',
        command: '-mode read -workload sequential -partition-count 1000 -clustering-row-count 100 -validate-data',
      },
    },
  },
  stressYcsb: {
    summary: "stress: YCSB's workload A on rows that a load inserted",
    value: {
      kind: 'stress',
      name: 'YCSB A',
      target,
      spec: {
        operation: 'ycsb',
        ycsb: { phase: 'run', workload: 'A', recordCount: 100_000 },
        schema: { keyspace: 'ycsb' },
        consistencyLevel: 'QUORUM',
        stop: { type: 'duration', durationMs: 60_000 },
        rate: { model: 'closed', threads: 32 },
        warmup: false,
      },
    },
  },
};

const GENERATE: Record<string, Example> = {
  generate: {
    summary: 'generate: CSV files of production-like rows',
    value: {
      kind: 'generate',
      name: '1.8 million rows in 36 files',
      spec: { dataset: 'loadable_data', files: 36, rowsPerFile: 50_000, threads: 16, seed: 1 },
      placement: { executors: 2 },
    },
  },
  generateSizes: {
    summary: 'generate: own size histogram, gzip, sequential keys',
    value: {
      kind: 'generate',
      name: '100,000 rows of two sizes',
      spec: {
        dataset: 'two-sizes',
        files: 4,
        rowsPerFile: 25_000,
        sizes: {
          type: 'histogram',
          bins: [
            { fromBytes: 1000, toBytes: 2000, share: 0.9 },
            { fromBytes: 50_000, toBytes: 60_000, share: 0.1 },
          ],
        },
        key: { type: 'incremental' },
        payload: { columns: ['title', 'body'], compressibleShare: 0.5 },
        compression: { type: 'gzip', level: 1 },
      },
    },
  },
};

const LOAD: Record<string, Example> = {
  load: {
    summary: 'load: a dataset into a table that is made for it',
    value: {
      kind: 'load',
      name: '1.8 million rows into content_db',
      target,
      spec: {
        dataset: 'loadable_data',
        pattern: 'worker*.csv',
        keyspace: 'content_db',
        table: 'content_data',
        create: { replication: { factor: 1 } },
        consistencyLevel: 'LOCAL_ONE',
        concurrency: 128,
      },
      placement: { executors: 2 },
    },
  },
  loadTyped: {
    summary: 'load: typed columns, batches by partition, write time from the row, at most 5,000 rows per second',
    value: {
      kind: 'load',
      name: 'readings',
      target,
      spec: {
        dataset: 'readings',
        keyspace: 'metrics',
        table: 'readings',
        create: {
          replication: { factor: 1 },
          partitionKey: ['sensor'],
          clustering: ['at'],
          types: { sensor: 'uuid', at: 'timestamp', value: 'double' },
        },
        timestamp: { column: 'written_us' },
        ttlS: 86_400,
        batchSize: 50,
        rowsPerSecond: 5_000,
        consistencyLevel: 'LOCAL_ONE',
        errors: { maxRejected: 10 },
      },
    },
  },
};

const QUERY: Record<string, Example> = {
  query: {
    summary: 'query: look up every key of a dataset, with three executors',
    value: {
      kind: 'query',
      name: 'every row of loadable_data',
      target,
      spec: { dataset: 'loadable_data', concurrency: 50, timeoutMs: 5_000, check: { payload: true } },
      placement: { executors: 3 },
    },
  },
  queryStatement: {
    summary: 'query: own statement, shuffled sample at a fixed rate for a minute',
    value: {
      kind: 'query',
      name: 'a tenth of the keys, over and over',
      target,
      spec: {
        dataset: 'loadable_data',
        statement: 'SELECT content FROM content_db.content_data WHERE sort_key = ?',
        bind: ['sort_key'],
        consistencyLevel: 'LOCAL_ONE',
        order: { type: 'shuffled', windowRows: 20_000 },
        sampleShare: 0.1,
        rate: { model: 'open', ratePerSecond: 2_000 },
        durationMs: 60_000,
      },
    },
  },
};

/** Examples of every kind of run; a kind without one does not compile. */
const EXAMPLES_BY_KIND: { [K in WorkloadKind]: Record<string, Example> } = {
  stress: STRESS,
  generate: GENERATE,
  load: LOAD,
  query: QUERY,
  zookeeper: ZOOKEEPER,
  soak: SOAK,
  cdc: CDC,
  ...PARENT_EXAMPLES,
};

export const RUN_EXAMPLES: Record<string, Example> = Object.assign({}, ...Object.values(EXAMPLES_BY_KIND));
