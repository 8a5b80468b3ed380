/** Every option that is taken, by group; a test holds it against the grammar. The command's own are under ''. */
export const OPTION_HELP: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    n: 'n=N, operations in all; b, m and k may follow (10^9, 10^6, 10^3)',
    duration: 'duration=N(s|m|h), instead of n; neither: until the rate is known, err<0.02 n>30 n<200',
    cl: 'cl=LEVEL, consistency level (LOCAL_ONE)',
    'serial-cl': 'serial-cl=SERIAL|LOCAL_SERIAL, of conditional statements (SERIAL)',
    'no-warmup': 'no-warmup, start cold',
    truncate: 'truncate=never|once|always, empty the tables after the warm-up; always: before each run of auto (never)',
    keysize: 'keysize=BYTES (10)',
    ratio: 'ratio(write=1,read=3), for mixed',
    profile: 'profile=FILE[,FILE], for user',
    ops: 'ops(insert=1,validate=1,QUERY=3), for user',
    add: 'add=DIST, what a counter_write adds (FIXED(1))',
    clustering: 'clustering=DIST, for mixed: how many operations of one type follow each other (GAUSSIAN(1..10))',
  },
  node: {
    datacenter: '-node [datacenter=DC [rack=RACK]] [whitelist] HOST[,HOST ...] | file=FILE (127.0.0.1)',
    rack: 'rack=RACK, ask replicas of this rack before others',
    file: 'file=FILE, one node on each line',
    loadbalance: 'loadbalance=round-robin|dc-aware|rack-aware, which datacenter= and rack= already say',
    'remote-dc': 'remote-dc=0, nodes of other datacenters are not asked',
    metrics: 'metrics=http://HOST:PORT/metrics[,...], of the nodes, for the gc columns (zeros without it)',
    whitelist: 'whitelist, leave other nodes of the cluster alone',
  },
  port: { native: '-port native=N (9042)' },
  rate: {
    threads: '-rate threads=N, operations in flight (200 for writes with n)',
    throttle: 'throttle=N/s, a cap on a closed loop',
    fixed: 'fixed=N/s, an open loop: latency counts from when an operation was due',
    auto: 'auto, more and more threads until they do not help: threads>=4 threads<=1000 (what runs without n= do)',
    arrival: 'arrival=constant|poisson, with fixed',
    processes: 'processes=N, load threads of one core each (1)',
  },
  pop: {
    seq: '-pop seq=A..B',
    'no-wrap': 'no-wrap, end after the last key of seq',
    'read-lookback': 'read-lookback=DIST, how many items behind the present one a read goes back',
    contents: 'contents=sorted|shuffled, order of the rows of a partition',
    dist: 'dist=UNIFORM(A..B) | GAUSSIAN(A..B[,STDVRNG]) | GAUSSIAN(A..B,MEAN,STDEV) | FIXED(A) | EXP(A..B) |',
    '': 'EXTREME(A..B,SHAPE) | QEXTREME(A..B,SHAPE,QUANTAS) | SEQ(A..B); ~ in front mirrors one',
  },
  col: {
    n: '-col n=FIXED(5)',
    names: 'names=A,B, in place of C0, C1 ...',
    size: 'size=FIXED(34) or another distribution',
    timestamp: 'timestamp=MICROSECONDS, of every write',
    slice: 'slice, reads ask for every column of the table',
  },
  insert: {
    visits: '-insert visits=DIST, operations that share the rows of a partition (FIXED(1))',
    revisit: 'revisit=DIST, which of the partitions begun is next (UNIFORM(1..1m))',
    partitions: 'partitions=DIST, of one operation',
    batchtype: 'batchtype=LOGGED|UNLOGGED|COUNTER',
    cl: 'cl=LEVEL  serial-cl=LEVEL, of the inserts of a profile',
    'serial-cl': '',
    'select-ratio': 'select-ratio=DIST/N, share of the rows of a visit',
    'row-population-ratio':
      'row-population-ratio=DIST/N, share of the columns with a value; FIXED(N)/M without a profile',
    unpopulated: 'unpopulated=null|unset, the others, in a profile (null)',
  },
  tokenrange: {
    wrap: '-tokenrange wrap, begin again when the ring has been read',
    'no-wrap': '',
    'split-factor': 'split-factor=N, parts of each range (1)',
  },
  schema: {
    replication: '-schema replication(factor=1) or (strategy=S,DC=N,...)',
    keyspace: 'keyspace=NAME (keyspace1)',
    compaction: 'compaction(strategy=S,...)',
    compression: 'compression=CLASS',
    storage: 'storage(type=LOCAL) or storage(type=S3,endpoint=E,bucket=B), for ScyllaDB',
  },
  transport: {
    truststore: '-transport truststore=CA.pem, connect by TLS and trust this authority',
    keystore: 'keystore=CLIENT.pem, certificate and key of this client in one file',
    'ssl-ciphers': 'ssl-ciphers=LIST  ssl-protocol=TLS  store-type=PEM',
    'ssl-protocol': '',
    'store-type': '',
    'hostname-verification': 'hostname-verification=true|false (false)',
  },
  mode: {
    native: '-mode native 4x cql3 prepared: what it is, they may be said',
    cql3: '',
    '4x': '',
    prepared: '',
    unprepared: 'unprepared, every request carries its statement as text',
    user: 'user=NAME password=SECRET',
    password: '',
    'auth-provider': 'auth-provider=PlainTextAuthProvider, which user= says already',
    port: 'port=N, as -port native=',
    requesttimeout: 'requestTimeout=MS (12000)  connectTimeout=MS (5000)  controlConnectionTimeout=MS (6000)',
    connecttimeout: '',
    controlconnectiontimeout: '',
    connectionsperhost: 'connectionsPerHost=N (1, per load thread)  maxPending=N (32768, per connection)',
    maxpending: '',
    protocolversion: 'protocolVersion=4  compression=none|lz4|snappy, of frames  case-insensitive',
    compression: '',
    'case-insensitive': '',
  },
  errors: {
    retries: '-errors retries=N (9)',
    'retry-overloaded': 'retry-overloaded, retry what asks for less load too',
    ignore: 'ignore, go on after an operation that failed',
    'skip-read-validation': 'skip-read-validation, do not compare what is read',
    'fail-fast': 'fail-fast, the opposite of ignore',
    'delay-policy': 'delay-policy=constant|linear|exponential, try again after an overloaded answer, and wait before:',
    'min-delay-ms': 'min-delay-ms=MS (0)  max-delay-ms=MS (20000)',
    'max-delay-ms': '',
    'skip-unsupported-columns': 'skip-unsupported-columns, there are none',
  },
  log: {
    hdrfile: '-log hdrfile=FILE, an HDR histogram log',
    interval: 'interval=N(s|ms) (1s)',
    file: 'file=FILE, the text goes there as well',
    level: 'level=minimal|normal|verbose, failed operations one by one: none, the first ten, all (normal)',
    style: 'style=cassandra-stress|pystress, the shorter table of pystress',
    'print-statements-on-error': 'print-statements-on-error, the statement in front of what went wrong',
    'no-settings': 'no-settings  no-summary',
    'no-summary': '',
  },
  reporting: {
    'output-frequency': '-reporting output-frequency=N(ms|s|m), as -log interval',
    'header-frequency': 'header-frequency=N(ms|s|m), the header comes again',
  },
  'credentials-file': { '': '-credentials-file FILE, with lines cql.username=NAME and cql.password=SECRET' },
  graph: {
    file: '-graph file=FILE.html, a page with a chart over time; a file that is there gets this run added',
    title: 'title=TITLE (the date)',
    revision: 'revision=NAME, what is tested, in the list of runs (unknown)',
    op: 'op=NAME, in place of the command',
  },
};

const HEAD = `Usage: tidemark [--json] [--engine wire|driver] stress COMMAND [OPTIONS]

Runs a cassandra-stress command line here, without a server: same data, same output. The exit code is 0 or 1.

Commands: write (insert), read (compares every cell), counter_write, counter_read, mixed, user,
          print dist=DIST, help [command or -group], version
Example:  tidemark stress write n=1000000 cl=ONE -rate threads=50 -node 127.0.0.1

Options:`;

const linesOf = (options: Readonly<Record<string, string>>): string[] =>
  Object.values(options)
    .filter((about) => about !== '')
    .map((about) => `  ${about.startsWith('-') ? '' : '  '}${about}`);

/** What `tidemark stress --help` prints; of one group when its name is given, as in `help -rate`. */
export function stressHelp(topic?: string): string {
  const group = OPTION_HELP[(topic ?? '').replace(/^-+/, '').toLowerCase()];
  const lines =
    topic === undefined || group === undefined ? Object.values(OPTION_HELP).flatMap(linesOf) : linesOf(group);
  const head = topic === undefined || group === undefined ? [HEAD] : [];
  return [...head, ...lines, ''].join('\n');
}
