import type { Setting } from '../given-settings.js';

const SOURCE = {
  cassandraHost: {
    flag: '--cassandra-host',
    usage: '<hosts>',
    about: 'contact points of the source, separated by commas',
    variable: 'CASSANDRA_HOST',
    field: 'contactPoints',
  },
  cassandraPort: {
    flag: '--cassandra-port',
    usage: '<n>',
    about: 'CQL port',
    variable: 'CASSANDRA_PORT',
    field: 'port',
  },
  keyspace: {
    flag: '--keyspace',
    usage: '<name>',
    about: 'keyspace; default warehouse',
    variable: 'CASSANDRA_KEYSPACE',
    field: 'table.keyspace',
  },
  table: { flag: '--table', usage: '<name>', about: 'table; default users', field: 'table.table' },
  tableFile: {
    flag: '--table-file',
    usage: '<file>',
    about: 'another table than users: spec.table as JSON, with its columns; flags win over it',
    field: 'table',
  },
  cassandraUsername: {
    flag: '--cassandra-username',
    usage: '<name>',
    about: 'login of the source',
    variable: 'CASSANDRA_USERNAME',
    field: 'username',
  },
  cassandraPassword: {
    flag: '--cassandra-password',
    usage: '<password>',
    about: 'better in the environment',
    variable: 'CASSANDRA_PASSWORD',
    field: 'password',
  },
  localDatacenter: {
    flag: '--local-dc',
    usage: '<name>',
    about: 'only nodes of this datacenter',
    field: 'localDatacenter',
  },
} as const satisfies Record<string, Setting>;

const SINK = {
  postgresHost: {
    flag: '--postgres-host',
    usage: '<host>',
    about: 'where the changes arrive',
    variable: 'POSTGRES_HOST',
    field: 'sink.host',
  },
  postgresPort: {
    flag: '--postgres-port',
    usage: '<n>',
    about: 'default 5432',
    variable: 'POSTGRES_PORT',
    field: 'sink.port',
  },
  postgresDb: {
    flag: '--postgres-db',
    usage: '<name>',
    about: 'database; default warehouse',
    variable: 'POSTGRES_DB',
    field: 'sink.database',
  },
  postgresUser: {
    flag: '--postgres-user',
    usage: '<name>',
    about: 'role; one that may replicate is asked for its log, else rows are polled',
    variable: 'POSTGRES_USER',
    field: 'sink.username',
  },
  postgresPassword: {
    flag: '--postgres-password',
    usage: '<password>',
    about: 'better in the environment',
    variable: 'POSTGRES_PASSWORD',
    field: 'sink.password',
  },
  sinkTable: {
    flag: '--sink-table',
    usage: '<name>',
    about: 'table of PostgreSQL; default cdc_users',
    field: 'table.sinkTable',
  },
  deletedColumn: {
    flag: '--deleted-column',
    usage: '<name>',
    about: 'boolean of PostgreSQL that marks deleted rows, where the pipeline keeps them',
    field: 'table.deletedColumn',
  },
  postgresTlsCa: {
    flag: '--postgres-tls-ca',
    usage: '<file>',
    about: 'PEM of the authority of PostgreSQL; TLS is used',
    field: 'sink.tls',
  },
} as const satisfies Record<string, Setting>;

const LOAD = {
  rate: {
    flag: '--rate',
    usage: '<n>',
    about: 'events per second, open loop; default 10000, of a simulated pipeline 500',
    variable: 'TARGET_EVENTS_PER_SECOND',
    field: 'ratePerSecond',
  },
  duration: {
    flag: '--duration',
    usage: '<time>',
    about: '90, 90s, 5m or 1h; default 60 s, simulated 20 s',
    field: 'durationMs',
  },
  ramp: { flag: '--ramp', usage: '<time>', about: 'the rate rises in this time', field: 'rampMs' },
  weights: { flag: '--weights', usage: '<i/u/d>', about: 'insert/update/delete; default 70/20/10', field: 'weights' },
  lanes: { flag: '--lanes', usage: '<n>', about: 'writing threads', field: 'lanes' },
  inFlight: {
    flag: '--in-flight',
    usage: '<n>',
    about: 'writes in flight at most, of each thread',
    field: 'maxInFlight',
  },
  consistency: {
    flag: '--consistency',
    usage: '<level>',
    about: 'default LOCAL_QUORUM',
    field: 'consistencyLevel',
  },
  seed: { flag: '--seed', usage: '<n>', about: 'of keys, values and the sample', field: 'seed' },
  executors: { flag: '--executors', usage: '<n>', about: 'with --server: how many of them write; default 1' },
} as const satisfies Record<string, Setting>;

const VERIFICATION = {
  sample: {
    flag: '--sample',
    usage: '<share>',
    about: 'share of the keys that are verified, 0 to 1; default 0.01, simulated 1',
    variable: 'VERIFICATION_SAMPLE_RATE',
    field: 'verification.sampleShare',
  },
  method: { flag: '--method', usage: '<way>', about: 'auto, slot or poll', field: 'verification.method' },
  pollInterval: {
    flag: '--poll-interval',
    usage: '<ms>',
    about: 'between two looks, where rows are polled; default 50',
    field: 'verification.pollIntervalMs',
  },
  deadline: {
    flag: '--deadline',
    usage: '<time>',
    about: 'a change that comes later is not timed; default 60 s',
    field: 'verification.deadlineMs',
  },
  drain: {
    flag: '--drain',
    usage: '<time>',
    about: 'wait after the last write at most; default 60 s',
    field: 'verification.drainDeadlineMs',
  },
  maxP95: {
    flag: '--max-p95',
    usage: '<ms>',
    about: 'limit of the replication latency; default 2000',
    variable: 'MAX_LATENCY_P95_MS',
  },
  maxP99: {
    flag: '--max-p99',
    usage: '<ms>',
    about: 'limit of the replication latency; default 5000',
    variable: 'MAX_LATENCY_P99_MS',
  },
  wrongRows: {
    flag: '--wrong-rows',
    usage: '<file>',
    about: 'write rows that ended wrong there, CSV with both images',
  },
} as const satisfies Record<string, Setting>;

const SIMULATION = {
  lag: {
    flag: '--lag',
    usage: '<ms>',
    about: 'simulated: 200, or median:p99 of a lognormal one',
    field: 'pipeline.lag',
  },
  loss: { flag: '--loss', usage: '<share>', about: 'simulated: of the changes', field: 'pipeline.lossShare' },
  duplicates: {
    flag: '--duplicates',
    usage: '<share>',
    about: 'simulated: of the changes',
    field: 'pipeline.duplicateShare',
  },
  reorder: { flag: '--reorder', usage: '<share>', about: 'simulated: of the changes', field: 'pipeline.reorderShare' },
  stall: {
    flag: '--stall',
    usage: '<every/for>',
    about: 'simulated: 10s/2s applies nothing for 2 s after every 10 s',
    field: 'pipeline.stall',
  },
} as const satisfies Record<string, Setting>;

/** By commander's name of the flag. */
export const SETTINGS = { ...SOURCE, ...SINK, ...LOAD, ...VERIFICATION, ...SIMULATION };
export type SettingName = keyof typeof SETTINGS;
