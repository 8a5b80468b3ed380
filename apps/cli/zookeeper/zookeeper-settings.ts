/** A setting of `tidemark zookeeper` that has a value. */
export interface Setting {
  flag: string;
  /** As commander shows it. */
  usage: string;
  about: string;
  /** The Locust harness's environment variable. */
  variable?: string;
  /** Where it stands in the specification or the target. */
  field?: string;
}

/** By commander's name of the flag. */
export const SETTINGS = {
  hosts: {
    flag: '--hosts',
    usage: '<connect-string>',
    about: 'host:port[,host:port...][/chroot]',
    variable: 'ZK_LOCUST_HOSTS',
    field: 'connectString',
  },
  taskSet: { flag: '--task-set', usage: '<name>', about: 'what clients do', field: 'taskSet' },
  weights: {
    flag: '--weights',
    usage: '<operation=n,...>',
    about: 'own mix in place of a task set',
    field: 'weights',
  },
  clients: { flag: '--clients', usage: '<n>', about: 'sessions; behind -- also -c', field: 'clients' },
  spawnRate: {
    flag: '--spawn-rate',
    usage: '<n>',
    about: 'new sessions a second; behind -- also -r',
    field: 'spawnPerSecond',
  },
  threads: { flag: '--threads', usage: '<n>', about: 'load threads', field: 'lanes' },
  executors: { flag: '--executors', usage: '<n>', about: 'with --server: executors, each with so many clients' },
  pipeline: { flag: '--pipeline', usage: '<n>', about: 'operations of a session in flight', field: 'pipeline' },
  duration: { flag: '--duration', usage: '<seconds>', about: 'behind -- also -t', field: 'durationMs' },
  operations: { flag: '--operations', usage: '<n>', about: 'end after so many', field: 'operations' },
  rate: { flag: '--rate', usage: '<n>', about: 'operations a second at most, over all clients', field: 'rate' },
  minWait: {
    flag: '--min-wait',
    usage: '<ms>',
    about: 'pause of a client between two operations',
    variable: 'ZK_LOCUST_MIN_WAIT',
    field: 'waitMs.min',
  },
  maxWait: {
    flag: '--max-wait',
    usage: '<ms>',
    about: 'as --min-wait when absent',
    variable: 'ZK_LOCUST_MAX_WAIT',
    field: 'waitMs',
  },
  pseudoRoot: {
    flag: '--pseudo-root',
    usage: '<path>',
    about: 'where the znode of the run is made',
    variable: 'ZK_LOCUST_PSEUDO_ROOT',
    field: 'pseudoRoot',
  },
  keySize: {
    flag: '--key-size',
    usage: '<bytes>',
    about: 'length of names',
    variable: 'ZK_LOCUST_KEY_SIZE',
    field: 'keySizeBytes',
  },
  valSize: {
    flag: '--val-size',
    usage: '<bytes>',
    about: 'size of values',
    variable: 'ZK_LOCUST_VAL_SIZE',
    field: 'valueSizeBytes',
  },
  manyWatches: {
    flag: '--many-watches',
    usage: '<n>',
    about: 'paths of exists_many, per client',
    field: 'manyWatches',
  },
  sessionTimeout: { flag: '--session-timeout', usage: '<ms>', about: 'of sessions', field: 'sessionTimeoutMs' },
  operationTimeout: { flag: '--operation-timeout', usage: '<ms>', about: 'of operations', field: 'operationTimeoutMs' },
  login: { flag: '--login', usage: '<none|digest|sasl>', about: 'how the username is used', field: 'login' },
  username: { flag: '--username', usage: '<name>', about: 'of the login', field: 'username' },
  password: { flag: '--password', usage: '<password>', about: 'better in a file: --env-file', field: 'password' },
  kazooSaslOptions: {
    flag: '--kazoo-sasl-options',
    usage: '<json>',
    about: 'mechanism DIGEST-MD5, username, password',
    variable: 'KAZOO_LOCUST_SASL_OPTIONS',
  },
  access: { flag: '--access', usage: '<open|creator>', about: 'ACL of every znode', field: 'access' },
  tlsCa: { flag: '--tls-ca', usage: '<file>', about: 'PEM of the authority; TLS is used' },
  tlsCert: { flag: '--tls-cert', usage: '<file>', about: 'PEM of the own certificate' },
  tlsKey: { flag: '--tls-key', usage: '<file>', about: 'PEM of its key' },
  exceptionBehavior: {
    flag: '--exception-behavior',
    usage: '<log-failure|try-suppress|propagate>',
    about: 'what a failed operation does beside being counted',
    variable: 'ZK_LOCUST_EXCEPTION_BEHAVIOR',
    field: 'errors',
  },
  zkMetricsCollect: {
    flag: '--zk-metrics-collect',
    usage: '<ms>',
    about: "ask the servers for their figures; 'web' is that of the server's pages",
    variable: 'ZK_LOCUST_ZK_METRICS_COLLECT',
    field: 'metrics.intervalMs',
  },
  zkMetricsCsv: {
    flag: '--zk-metrics-csv',
    usage: '<file>',
    about: 'figures of the servers; the name of the server is added',
    variable: 'ZK_LOCUST_ZK_METRICS_CSV',
  },
  metricsSource: { flag: '--metrics-source', usage: '<mntr|admin>', about: 'how', field: 'metrics.source' },
  adminPort: {
    flag: '--admin-port',
    usage: '<n,...>',
    about: 'one, or one for each server',
    field: 'metrics.adminPorts',
  },
  statsCollect: {
    flag: '--stats-collect',
    usage: '<ms>',
    about: 'length of intervals; 0: one second and no series',
    variable: 'LOCUST_EXTRA_STATS_COLLECT',
    field: 'log.intervalMs',
  },
  statsCsv: {
    flag: '--stats-csv',
    usage: '<file>',
    about: 'extended statistics as time series',
    variable: 'LOCUST_EXTRA_STATS_CSV',
  },
  statsDistrib: {
    flag: '--stats-distrib',
    usage: '<file>',
    about: 'full distributions, JSON lines',
    variable: 'LOCUST_EXTRA_STATS_DISTRIB',
  },
  reportDir: { flag: '--report-dir', usage: '<folder>', about: 'all of these and an HTML report' },
  client: {
    flag: '--client',
    usage: '<name>',
    about: 'kazoo or zkpython: taken, and not used',
    variable: 'ZK_LOCUST_CLIENT',
  },
  kazooHandler: {
    flag: '--kazoo-handler',
    usage: '<name>',
    about: 'threading or gevent: taken, and not used',
    variable: 'KAZOO_LOCUST_HANDLER',
  },
  seed: { flag: '--seed', usage: '<n>', about: 'of choices, pauses and values', field: 'seed' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
