import type { Setting } from '../given-settings.js';

/** Of the cluster and its table, by commander's name of the flag. */
const PLACE = {
  hosts: {
    flag: '--hosts',
    usage: '<hosts>',
    about: 'contact points, separated by commas; 127.0.0.1',
    variable: 'SCY_CONTACT_POINTS',
    field: 'contactPoints',
  },
  port: { flag: '--port', usage: '<n>', about: 'CQL port; 9042', variable: 'SCY_PORT', field: 'port' },
  localDatacenter: {
    flag: '--local-datacenter',
    usage: '<name>',
    about: 'only its nodes are used, and a new keyspace lies there',
    variable: 'SCY_LOCAL_DC',
    field: 'localDatacenter',
  },
  username: { flag: '--username', usage: '<name>', about: 'login', variable: 'SCY_USERNAME', field: 'username' },
  password: {
    flag: '--password',
    usage: '<password>',
    about: 'better in the environment',
    variable: 'SCY_PASSWORD',
    field: 'password',
  },
  keyspace: {
    flag: '--keyspace',
    usage: '<name>',
    about: 'made where it is missing; demo_ks',
    variable: 'SCY_KEYSPACE',
    field: 'keyspace',
  },
  table: {
    flag: '--table',
    usage: '<name>',
    about: 'made where it is missing; demo_table',
    variable: 'SCY_TABLE',
    field: 'table',
  },
  replicationFactor: {
    flag: '--replication-factor',
    usage: '<n>',
    about: 'of a keyspace that is made; 3',
    field: 'replication',
  },
  consistency: {
    flag: '--consistency',
    usage: '<level>',
    about: 'of batches and reads; LOCAL_QUORUM',
    field: 'consistencyLevel',
  },
  compression: {
    flag: '--compression',
    usage: '<name>',
    about: 'of frames: lz4, snappy or none',
    field: 'connection.compression',
  },
} as const satisfies Record<string, Setting>;

const LOAD = {
  writers: {
    flag: '--writers',
    usage: '<n>',
    about: 'sequences of rows that are written; 4',
    variable: 'SCY_WRITE_WORKERS',
    field: 'writers',
  },
  batchMin: {
    flag: '--batch-min',
    usage: '<rows>',
    about: 'of an unlogged batch; 10',
    variable: 'SCY_BATCH_MIN',
    field: 'batchMin',
  },
  batchMax: { flag: '--batch-max', usage: '<rows>', about: '50', variable: 'SCY_BATCH_MAX', field: 'batchMax' },
  batchBiasHigh: {
    flag: '--batch-bias-high',
    usage: '<0|1>',
    about: '1: sizes from the middle on; 0: all of them',
    variable: 'SCY_BATCH_BIAS_HIGH',
    field: 'batchSizes',
  },
  batchesInFlight: {
    flag: '--batches-in-flight',
    usage: '<n>',
    about: 'at most, over all writers; 128',
    variable: 'SCY_BATCH_INFLIGHT',
    field: 'batchesInFlight',
  },
  batchesPerCycle: {
    flag: '--batches-per-cycle',
    usage: '<n>',
    about: 'that a writer begins before its thread does other work; 256',
    variable: 'SCY_BATCHES_PER_CYCLE',
    field: 'batchesPerCycle',
  },
  readers: {
    flag: '--readers',
    usage: '<n>',
    about: 'paced readers; 4, and 0 for none',
    variable: 'SCY_READ_WORKERS',
    field: 'readers',
  },
  readRate: {
    flag: '--read-rate',
    usage: '<n>',
    about: 'reads per second over all readers; 1000',
    variable: 'SCY_READ_RPS',
    field: 'readRatePerSecond',
  },
  readsInFlight: {
    flag: '--reads-in-flight',
    usage: '<n>',
    about: 'at most, of each reader; 64',
    field: 'readsInFlight',
  },
  verify: {
    flag: '--verify',
    usage: '<share>',
    about: 'of the reads whose whole row is compared; 0.01',
    field: 'verifyShare',
  },
  poolKeys: {
    flag: '--pool-keys',
    usage: '<n>',
    about: 'written rows that readers draw from; 2000000',
    field: 'pool.keys',
  },
  poolKeep: {
    flag: '--pool-keep',
    usage: '<latest|sample>',
    about: 'the last rows, or a sample of all',
    field: 'pool.keep',
  },
  timeout: { flag: '--timeout', usage: '<seconds>', about: 'of one try of a batch or a read; 10', field: 'timeoutMs' },
  duration: {
    flag: '--duration',
    usage: '<seconds>',
    about: 'until Ctrl-C when absent',
    field: 'durationMs',
  },
  threads: { flag: '--threads', usage: '<n>', about: 'load threads, of each executor on a server; 1', field: 'lanes' },
  executors: { flag: '--executors', usage: '<n>', about: 'of the server; 1' },
  progress: {
    flag: '--progress',
    usage: '<seconds>',
    about: 'between two lines of progress; 5',
    field: 'log.progressEveryMs',
  },
  seed: { flag: '--seed', usage: '<n>', about: 'of keys, rows and draws; 1', field: 'seed' },
} as const satisfies Record<string, Setting>;

const SCALER = {
  scaler: {
    flag: '--scaler',
    usage: '<type>',
    about: 'none or scylla-cloud, which it is when an account and a cluster are named',
    field: 'scaler.type',
  },
  scalerFile: {
    flag: '--scaler-file',
    usage: '<file>',
    about: 'a scaler as JSON, for the other types (hook, simulated)',
  },
  cloudApiBase: {
    flag: '--cloud-api-base',
    usage: '<url>',
    about: "Scylla Cloud's API",
    variable: 'SCY_CLOUD_API_BASE',
    field: 'scaler.apiBase',
  },
  cloudToken: {
    flag: '--cloud-token',
    usage: '<token>',
    about: 'better in the environment',
    variable: 'SCY_CLOUD_TOKEN',
    field: 'scaler.token',
  },
  accountId: {
    flag: '--account-id',
    usage: '<n>',
    about: 'of Scylla Cloud',
    variable: 'SCY_ACCOUNT_ID',
    field: 'scaler.accountId',
  },
  clusterId: {
    flag: '--cluster-id',
    usage: '<n>',
    about: 'of Scylla Cloud',
    variable: 'SCY_CLUSTER_ID',
    field: 'scaler.clusterId',
  },
  minNodes: {
    flag: '--min-nodes',
    usage: '<n>',
    about: 'the smaller size; 3',
    variable: 'SCY_MIN_NODES',
    field: 'scaler.minNodes',
  },
  maxNodes: {
    flag: '--max-nodes',
    usage: '<n>',
    about: 'the larger size; 6',
    variable: 'SCY_MAX_NODES',
    field: 'scaler.maxNodes',
  },
  stable: {
    flag: '--stable',
    usage: '<seconds>',
    about: 'healthy at a size before it is resized again; 600',
    variable: 'SCY_STABLE_SECS',
    field: 'scaler.stableMs',
  },
  poll: {
    flag: '--poll',
    usage: '<seconds>',
    about: 'between two looks at the cluster; 20',
    variable: 'SCY_POLL_SECS',
    field: 'scaler.pollMs',
  },
  cycles: {
    flag: '--cycles',
    usage: '<n>',
    about: 'end after so many resizes there and back',
    field: 'scaler.cycles',
  },
} as const satisfies Record<string, Setting>;

/** Every setting, by commander's name of its flag. */
export const SETTINGS = { ...PLACE, ...LOAD, ...SCALER };

export type SettingName = keyof typeof SETTINGS;
