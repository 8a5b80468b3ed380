import { nearest } from '#libs/stress/words.js';
import { Misread, readGoBoolean, readGoDurationMs, readGoInteger } from './go-flags.js';
import type { ScyllaBenchDraft as Draft } from './scylla-bench-draft.js';
import { readRetryInterval, readRowSize } from './scylla-bench-values.js';

/** Where a flag has an effect; elsewhere only its default may be said. */
interface Scope {
  holds: (mode: string, workload: string | undefined) => boolean;
  /** Completes "has an effect only …". */
  where: string;
}

export interface Flag {
  boolean: boolean;
  /** Puts the value into the draft; answers whether it is the default, or why it cannot be read. */
  read: (draft: Draft, text: string | undefined) => 'said' | 'standard' | Misread;
  scope?: Scope;
}

type Reader<V> = (text: string | undefined) => V | Misread;

const flag = <V>(
  reader: Reader<V>,
  standard: string,
  set: (draft: Draft, value: V) => void,
  scope?: Scope,
  boolean = false,
): Flag => ({
  boolean,
  ...(scope && { scope }),
  read(draft, text) {
    const value = reader(text);
    if (value instanceof Misread) return value;
    set(draft, value);
    return JSON.stringify(value) === JSON.stringify(reader(standard)) ? 'standard' : 'said';
  },
});

const textOf: Reader<string> = (text) => text ?? new Misread('expected a value, found nothing');
const text = (standard: string, set: (draft: Draft, value: string) => void, scope?: Scope): Flag =>
  flag(textOf, standard, set, scope);
const integer = (standard: number, set: (draft: Draft, value: number) => void, scope?: Scope): Flag =>
  flag(readGoInteger, String(standard), set, scope);
const duration = (standard: string, set: (draft: Draft, value: number) => void, scope?: Scope): Flag =>
  flag(readGoDurationMs, standard, set, scope);
const boolean = (standard: boolean, set: (draft: Draft, value: boolean) => void, scope?: Scope): Flag =>
  flag(readGoBoolean, String(standard), set, scope, true);

const oneOf =
  (names: readonly string[], mapped: (name: string) => string = (name) => name): Reader<string> =>
  (found) => {
    const name = found?.toLowerCase() ?? '';
    if (names.includes(name)) return mapped(name);
    const meant = nearest(name, names);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    return new Misread(`expected one of ${names.join(', ')}, found ${found ?? 'nothing'}${hint}`);
  };
const choice = (
  names: readonly string[],
  standard: string,
  set: (draft: Draft, value: string) => void,
  scope?: Scope,
): Flag => flag(oneOf(names), standard, set, scope);

/** Only its default can be had here. */
const fixed = (standard: string | boolean, reason: string): Flag => ({
  boolean: typeof standard === 'boolean',
  read(_, found) {
    const value = typeof standard === 'boolean' ? readGoBoolean(found) : found;
    return value === standard ? 'standard' : value instanceof Misread ? value : new Misread(reason);
  },
});

const inModes = (...modes: string[]): Scope => ({
  holds: (mode) => modes.includes(mode),
  where: `in mode ${modes.join(', ')}`,
});
const PASSES: Scope = {
  holds: (mode, workload) => mode === 'scan' || workload === 'sequential',
  where: 'for the sequential workload and in mode scan',
};
const SERIES: Scope = { holds: (_, workload) => workload === 'timeseries', where: 'for the timeseries workload' };
const SERIES_READ: Scope = {
  holds: (mode, workload) => mode === 'read' && workload === 'timeseries',
  where: 'in mode read of the timeseries workload',
};
const ROWS: Scope = {
  holds: (mode, workload) =>
    ['read', 'mixed', 'counter_read'].includes(mode) || (mode === 'write' && workload !== 'timeseries'),
  where:
    'in mode read, mixed, counter_read, and in mode write but for a timeseries, which changes partition at every row',
};
const KEYED = inModes('write', 'read', 'mixed', 'counter_update', 'counter_read');
const VALUES = inModes('write', 'mixed');
const READS = inModes('read', 'mixed', 'counter_read');
const BOUNDED = inModes('read', 'counter_read');
const NOT_COUNTERS = inModes('write', 'read', 'mixed', 'scan');

const MODES = ['write', 'read', 'mixed', 'counter_update', 'counter_read', 'scan'];
const LEVELS = ['any', 'one', 'two', 'three', 'quorum', 'all', 'local_quorum', 'each_quorum', 'local_one'];

const ordersOf: Reader<string[]> = (found = '') => {
  const orders = found === '' ? ['none'] : found.toLowerCase().split(',');
  return orders.every((order) => ['none', 'asc', 'desc'].includes(order))
    ? orders
    : new Misread(`expected a list of none, asc, desc, found ${found}`);
};
const factorOf: Reader<number> = (found) => {
  const factor = readGoInteger(found);
  return typeof factor === 'number' && (factor < 1 || factor > 1_000)
    ? new Misread(`expected 1 to 1000, found ${factor}`)
    : factor;
};
const nanosecondsOf: Reader<string> = (found) =>
  /^[1-9]\d{0,18}$/.test(found ?? '') || found === '0'
    ? (found ?? '')
    : new Misread(`expected nanoseconds since 1970, found ${found ?? 'nothing'}`);
const nodesOf: Reader<string[]> = (found = '') => {
  const nodes = found.split(',').map((node) => node.trim());
  return nodes.includes('') ? new Misread('expected addresses separated by commas, found an empty one') : nodes;
};

/** Names are unquoted in scylla-bench's CQL, so their letters are small. Every flag of scylla-bench 1.x: its default, what it sets, and where it has an effect. */
export const SCYLLA_BENCH_FLAGS: Readonly<Record<string, Flag>> = {
  mode: choice(MODES, 'write', (draft, value) => (draft.mode = value)),
  workload: choice(['sequential', 'uniform', 'timeseries'], 'uniform', (draft, value) => (draft.workload = value)),
  keyspace: text('scylla_bench', (draft, value) => (draft.keyspace = value.toLowerCase())),
  table: text('test', (draft, value) => (draft.table = value.toLowerCase()), NOT_COUNTERS),
  'replication-factor': flag(factorOf, '1', (draft, value) => (draft.replicationFactor = value)),
  'consistency-level': flag(
    oneOf(LEVELS, (name) => name.toUpperCase()),
    'quorum',
    (draft, value) => (draft.consistencyLevel = value),
  ),
  concurrency: integer(16, (draft, value) => (draft.concurrency = value)),
  'max-rate': integer(0, (draft, value) => (draft.maxRatePerSecond = value)),
  'partition-count': integer(10_000, (draft, value) => (draft.partitionCount = value), KEYED),
  'partition-offset': integer(0, (draft, value) => (draft.partitionOffset = value), KEYED),
  'clustering-row-count': integer(100, (draft, value) => (draft.clusteringRowCount = value), KEYED),
  'clustering-row-size': flag(readRowSize, '4', (draft, value) => (draft.size = value), VALUES),
  'rows-per-request': integer(1, (draft, value) => (draft.rowsPerRequest = value), ROWS),
  'provide-upper-bound': boolean(false, (draft, value) => (draft.upperBound = value), BOUNDED),
  'in-restriction': boolean(false, (draft, value) => (draft.inRestriction = value), BOUNDED),
  'no-lower-bound': boolean(false, (draft, value) => (draft.noLowerBound = value), BOUNDED),
  'select-order-by': flag(ordersOf, 'none', (draft, value) => (draft.orders = value), READS),
  'bypass-cache': boolean(
    false,
    (draft, value) => (draft.bypassCache = value),
    inModes('read', 'mixed', 'counter_read', 'scan'),
  ),
  'page-size': integer(
    1_000,
    (draft, value) => (draft.pageSize = value),
    inModes('read', 'mixed', 'counter_read', 'scan'),
  ),
  'range-count': integer(1, (draft, value) => (draft.rangeCount = value), inModes('scan')),
  duration: duration('0', (draft, value) => (draft.durationMs = value)),
  iterations: integer(1, (draft, value) => (draft.iterations = value), PASSES),
  'validate-data': boolean(
    false,
    (draft, value) => (draft.validateData = value),
    inModes('write', 'read', 'mixed', 'counter_read', 'scan'),
  ),
  'no-random-data': boolean(false, (draft, value) => (draft.zeros = value), VALUES),
  'truncate-table': boolean(
    false,
    (draft, value) => (draft.truncate = value),
    inModes('write', 'mixed', 'counter_update'),
  ),
  'extra-clause': text('', (draft, value) => (draft.extraClause = value)),
  'write-rate': integer(0, (draft, value) => (draft.writeRatePerSecond = value), SERIES_READ),
  'start-timestamp': flag(
    nanosecondsOf,
    '0',
    (draft, value) => {
      if (value !== '0') draft.startNs = value;
    },
    SERIES,
  ),
  distribution: choice(['uniform', 'hnormal'], 'uniform', (draft, value) => (draft.distribution = value), SERIES_READ),
  'connection-count': integer(4, (draft, value) => (draft.connectionsPerNode = value)),
  timeout: duration('5s', (draft, value) => (draft.requestTimeoutMs = value)),
  'metadata-schema-timeout': duration('60s', (draft, value) => (draft.schemaTimeoutMs = value)),
  'client-compression': fixed(false, 'expected false: requests and answers are not compressed here'),
  'host-selection-policy': choice(
    ['token-aware', 'round-robin'],
    'token-aware',
    (draft, value) => (draft.routing = value),
  ),
  'retry-number': integer(10, (draft, value) => (draft.retries = value)),
  'retry-interval': flag(readRetryInterval, '80ms,1s', (draft, value) => Object.assign(draft, value)),
  'retry-handler': fixed('sb', 'expected sb: requests are retried here, not inside a driver'),
  'error-limit': integer(0, (draft, value) => (draft.errorLimit = value)),
  'error-at-row-limit': integer(0, (draft, value) => (draft.errorLimitInARow = value)),
  'latency-type': flag(
    oneOf(['raw', 'fixed-coordinated-omission'], (name) => (name === 'raw' ? name : 'fixedCoordinatedOmission')),
    'raw',
    (draft, value) => (draft.latencyType = value),
  ),
  'hdr-latency-file': text('', (draft, value) => (draft.hdrFile = value)),
  'hdr-latency-units': fixed('ns', 'expected ns: histogram logs are in nanoseconds, and readers of them scale'),
  'hdr-latency-sig': fixed('3', 'expected 3: histograms keep three significant digits'),
  'measure-latency': fixed(true, 'expected true: latency is always measured'),
  nodes: flag(nodesOf, '127.0.0.1', (draft, value) => (draft.nodes = value)),
  datacenter: text('', (draft, value) => {
    if (value !== '') draft.datacenter = value;
  }),
  rack: fixed('', 'rack-aware routing is not supported; leave it out, -datacenter keeps requests in a datacenter'),
  username: text('', (draft, value) => (draft.username = value)),
  password: text('', (draft, value) => (draft.password = value)),
  tls: boolean(false, (draft, value) => (draft.tls = value)),
  'tls-host-verification': boolean(false, (draft, value) => (draft.tlsVerify = value)),
  'tls-ca-cert-file': text('', (draft, value) => (draft.caFile = value)),
  'tls-client-cert-file': text('', (draft, value) => (draft.certFile = value)),
  'tls-client-key-file': text('', (draft, value) => (draft.keyFile = value)),
  'cloud-config-path': fixed(
    '',
    'cloud bundles are not supported; give -nodes, -username, -password and the -tls flags',
  ),
  'client-routes-connection-ids': fixed('', 'client routes are not supported; give -nodes'),
  'client-routes-table': fixed('system.client_routes', 'client routes are not supported; give -nodes'),
  version: fixed(false, 'runs nothing: say tidemark version'),
  'version-json': fixed(false, 'runs nothing: say tidemark version'),
};
