/** A setting of `tidemark query` that has a value. */
export interface Setting {
  flag: string;
  /** As commander shows it. */
  usage: string;
  about: string;
  /** The load generator's environment variable. */
  variable?: string;
  /** The load generator's default, where ours is not the same. */
  default?: string;
  /** Where it stands in the specification or the target. */
  field?: string;
}

/** By commander's name of the flag. */
export const SETTINGS = {
  csvDir: {
    flag: '--csv-dir',
    usage: '<folder>',
    about: 'folder of the CSV files; on a server the name of the dataset',
    variable: 'CSV_DIR',
    default: './data',
    field: 'dataset',
  },
  fileGlob: { flag: '--file-glob', usage: '<pattern>', about: 'which files', variable: 'FILE_GLOB', field: 'fileGlob' },
  sortKeyColumn: {
    flag: '--sort-key-column',
    usage: '<name>',
    about: 'column of the key, in the CSV and in the table',
    variable: 'SORT_KEY_COLUMN',
    field: 'keyColumn',
  },
  delimiter: { flag: '--delimiter', usage: '<char>', about: 'between fields; default a comma', field: 'csv.delimiter' },
  columns: {
    flag: '--columns',
    usage: '<names>',
    about: 'columns of files without a header, separated by commas',
    field: 'csv',
  },
  workerCount: {
    flag: '--worker-count',
    usage: '<n>',
    about: 'workers: threads here, executors on a server',
    variable: 'WORKER_COUNT',
    default: '3',
    field: 'lanes',
  },
  batchSize: {
    flag: '--batch-size',
    usage: '<n>',
    about: 'rows that go through the queue together',
    variable: 'BATCH_SIZE',
    field: 'batchSize',
  },
  queueSize: {
    flag: '--queue-size',
    usage: '<n>',
    about: 'batches that wait at most',
    variable: 'QUEUE_SIZE',
    field: 'queueSize',
  },
  concurrency: {
    flag: '--concurrency',
    usage: '<n>',
    about: 'queries in flight at most, for each worker',
    variable: 'CONCURRENCY',
    field: 'concurrency',
  },
  timeout: {
    flag: '--timeout',
    usage: '<seconds>',
    about: 'of a query; counted, never retried',
    variable: 'QUERY_TIMEOUT_SECS',
    field: 'timeoutMs',
  },
  metricsInterval: {
    flag: '--metrics-interval',
    usage: '<seconds>',
    about: 'between two lines of metrics',
    variable: 'METRICS_INTERVAL_SECS',
    field: 'log.metricsEveryMs',
  },
  hosts: {
    flag: '--hosts',
    usage: '<hosts>',
    about: 'contact points, separated by commas',
    variable: 'SCYLLA_HOSTS',
    default: '127.0.0.1',
    field: 'contactPoints',
  },
  port: { flag: '--port', usage: '<n>', about: 'CQL port', variable: 'SCYLLA_PORT', field: 'port' },
  keyspace: { flag: '--keyspace', usage: '<name>', about: 'keyspace', variable: 'SCYLLA_KEYSPACE', field: 'keyspace' },
  table: { flag: '--table', usage: '<name>', about: 'table', variable: 'SCYLLA_TABLE', field: 'table' },
  username: { flag: '--username', usage: '<name>', about: 'login', variable: 'SCYLLA_USERNAME', field: 'username' },
  password: {
    flag: '--password',
    usage: '<password>',
    about: 'better in the environment',
    variable: 'SCYLLA_PASSWORD',
    field: 'password',
  },
  consistency: {
    flag: '--consistency',
    usage: '<level>',
    about: 'consistency level',
    variable: 'SCYLLA_CONSISTENCY',
    field: 'consistencyLevel',
  },
  localDatacenter: {
    flag: '--local-datacenter',
    usage: '<name>',
    about: 'only its nodes are asked',
    field: 'localDatacenter',
  },
  region: { flag: '--region', usage: '<name>', about: 'label of the run', variable: 'REGION', default: 'local' },
  statement: {
    flag: '--statement',
    usage: '<cql>',
    about: 'in place of SELECT * FROM keyspace.table WHERE key = ?',
    field: 'statement',
  },
  bind: { flag: '--bind', usage: '<names>', about: 'CSV columns for its ?, separated by commas', field: 'bind' },
  loops: { flag: '--loops', usage: '<n>', about: 'times that all files are read', field: 'loops' },
  duration: { flag: '--duration', usage: '<seconds>', about: 'end after this time', field: 'durationMs' },
  sample: { flag: '--sample', usage: '<share>', about: 'share of the rows that are asked for', field: 'sampleShare' },
  rate: { flag: '--rate', usage: '<n>', about: 'queries per second at most, over all workers', field: 'rate' },
  seed: { flag: '--seed', usage: '<n>', about: 'of order and sample', field: 'seed' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
