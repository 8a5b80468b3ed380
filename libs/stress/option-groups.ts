import { ConsistencyLevel } from '#libs/workloads/stress/stress.schema.js';
import { readCount, readDistribution, readRange } from './distribution-text.js';
import type { Draft } from './draft.js';

/** Puts an option's value into the draft; answers what is wrong with it, if anything. */
type Apply = (draft: Draft, value: string | undefined) => string | undefined;

export interface OptionGroup {
  options: Readonly<Record<string, Apply>>;
  /** Options of the original that are refused by name. */
  notYet: readonly string[];
  /** Takes words that are no options; absent where there are none. */
  bare?: Apply;
}

const found = (value: string | undefined): string => (value === undefined || value === '' ? 'nothing' : value);

const count =
  (expected: string, set: (draft: Draft, count: number) => void, least = 1): Apply =>
  (draft, value) => {
    const number = readCount(value);
    if (number === undefined || number < least) return `expected ${expected}, found ${found(value)}`;
    set(draft, number);
    return undefined;
  };
const flag =
  (set: (draft: Draft) => void): Apply =>
  (draft, value) => {
    if (value !== undefined) return `expected no value, found ${value}`;
    set(draft);
    return undefined;
  };
const text =
  (expected: string, set: (draft: Draft, text: string) => void): Apply =>
  (draft, value) => {
    if (value === undefined || value === '') return `expected ${expected}, found nothing`;
    set(draft, value);
    return undefined;
  };
const distribution =
  (set: (draft: Draft, value: Exclude<ReturnType<typeof readDistribution>, string>) => void): Apply =>
  (draft, value) => {
    const read = readDistribution(value);
    if (typeof read === 'string') return read;
    set(draft, read);
    return undefined;
  };
const rate =
  (set: (draft: Draft, perSecond: number) => void): Apply =>
  (draft, value) => {
    const match = /^(\d+(?:\.\d+)?)([bmk]?)\/s$/i.exec(value ?? '');
    const perSecond = match ? readCount(`${match[1]}${match[2]}`) : undefined;
    if (perSecond === undefined) return `expected operations per second such as 20000/s, found ${found(value)}`;
    // The original's 0/s means unlimited.
    if (perSecond > 0) set(draft, perSecond);
    return undefined;
  };

const DURATION_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const duration: Apply = (draft, value) => {
  const match = /^(\d+)([smh])$/i.exec(value ?? '');
  if (!match) return `expected a time such as 30s, 10m or 2h, found ${found(value)}`;
  draft.durationMs = Number(match[1]) * (DURATION_MS[(match[2] ?? '').toLowerCase()] ?? 0);
  return undefined;
};
const interval: Apply = (draft, value) => {
  const match = /^(\d+)(s|ms)?$/i.exec(value ?? '');
  if (!match) return `expected an interval such as 1s or 500ms, found ${found(value)}`;
  draft.intervalMs = Number(match[1]) * (match[2]?.toLowerCase() === 'ms' ? 1 : 1000);
  return undefined;
};
const consistency: Apply = (draft, value) => {
  const level = ConsistencyLevel.safeParse((value ?? '').toUpperCase());
  if (!level.success) return `expected one of ${ConsistencyLevel.options.join(', ')}, found ${found(value)}`;
  draft.consistencyLevel = level.data;
  return undefined;
};
const ratio: Apply = (draft, value) => {
  const parts = { write: 0, read: 0 };
  for (const part of (value ?? '').split(',')) {
    const [name = '', weight] = part.toLowerCase().split('=');
    if (name === 'counter_write' || name === 'counter_read')
      return `${name} is not supported yet; expected ratio(write=1,read=1)`;
    if ((name !== 'write' && name !== 'read') || !(Number(weight) >= 0))
      return `expected ratio(write=1,read=1), found ${found(part)}`;
    parts[name] = Number(weight);
  }
  if (parts.write + parts.read === 0) return 'expected at least one operation with a weight above 0';
  draft.ratio = parts;
  return undefined;
};
const sequence: Apply = (draft, value) => {
  const range = readRange(value ?? '');
  if (!range) return `expected a range such as 1..1000000, found ${found(value)}`;
  draft.sequence = { from: range.min, to: range.max };
  return undefined;
};

const pairs = (value: string | undefined): [string, string][] =>
  (value ?? '')
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [name, rest.join('=')];
    });
const DEFAULT_STRATEGY = 'NetworkTopologyStrategy';
const replication: Apply = (draft, value) => {
  const given = pairs(value);
  const bad = given.find(([name, option]) => option === '' || (name !== 'strategy' && !/^\d+$/.test(option)));
  if (bad || given.length === 0)
    return `expected replication(strategy=…,factor=3) or replication(dc1=3,dc2=2), found ${found(value)}`;
  const strategy = given.find(([name]) => name === 'strategy')?.[1] ?? DEFAULT_STRATEGY;
  const options = given
    .filter(([name]) => name !== 'strategy')
    .map(([name, option]) => [name === 'factor' ? 'replication_factor' : name, option]);
  draft.replication = {
    strategy,
    options: options.length > 0 ? Object.fromEntries(options) : { replication_factor: '1' },
  };
  return undefined;
};
const compaction: Apply = (draft, value) => {
  const given = pairs(value);
  const strategy = given.find(([name]) => name === 'strategy')?.[1];
  if (strategy === undefined || strategy === '')
    return `expected compaction(strategy=…[,option=value]), found ${found(value)}`;
  draft.compaction = { strategy, options: Object.fromEntries(given.filter(([name]) => name !== 'strategy')) };
  return undefined;
};
const fixedCount: Apply = (draft, value) => {
  const read = readCount(value) ?? readDistribution(value);
  const columns = typeof read === 'object' && read.type === 'fixed' ? read.value : read;
  if (typeof columns !== 'number' || columns < 1)
    return `expected FIXED(n) columns, found ${found(value)}; variable counts do not exist in CQL`;
  draft.columnCount = columns;
  return undefined;
};
const fixedSize: Apply = (draft, value) => {
  const read = readCount(value) ?? readDistribution(value);
  if (typeof read === 'string') return read;
  const size = typeof read === 'number' ? { type: 'fixed' as const, value: read } : read;
  if (size.type !== 'fixed' || size.value < 0)
    return `column sizes other than FIXED(n) are not supported yet, found ${found(value)}`;
  draft.columnSize = size;
  return undefined;
};
const version: Apply = (_draft, value) =>
  /^(v?4|newest_supported|newest_beta)$/i.test(value ?? '')
    ? undefined
    : `expected protocol version 4, which Cassandra and ScyllaDB both speak, found ${found(value)}`;
const compressionOff: Apply = (_draft, value) =>
  /^none$/i.test(value ?? '')
    ? undefined
    : `compression of frames is not supported yet, found ${found(value)}; expected none`;

/** Options of the commands themselves. */
export const COMMAND_OPTIONS: OptionGroup = {
  options: {
    n: count('a number of operations such as 1000000 or 1m', (draft, value) => (draft.count = value), 0),
    duration,
    cl: consistency,
    'no-warmup': flag((draft) => (draft.warmup = false)),
    keysize: count('a size in bytes', (draft, value) => (draft.keySizeBytes = value)),
    ratio,
    clustering: distribution((draft, value) => (draft.clustering = value)),
  },
  notYet: ['truncate', 'serial-cl', 'add', 'err', 'profile', 'ops'],
};

const milliseconds = (set: (draft: Draft, value: number) => void): Apply => count('milliseconds', set);

/** Every group of the original. */
export const OPTION_GROUPS: Readonly<Record<string, OptionGroup | null>> = {
  node: {
    options: { datacenter: text('a datacenter', (draft, value) => (draft.datacenter = value)) },
    notYet: ['rack', 'whitelist', 'file', 'loadbalance', 'remote-dc'],
    bare: (draft, value) => {
      draft.nodes = [...(draft.nodes ?? []), ...(value ?? '').split(',').filter((host) => host !== '')];
      return undefined;
    },
  },
  port: {
    options: {
      native: count('a port from 1 to 65535', (draft, value) => (draft.port = value)),
    },
    notYet: ['thrift', 'jmx'],
  },
  mode: {
    options: {
      native: flag(() => undefined),
      cql3: flag(() => undefined),
      prepared: flag(() => undefined),
      user: text('a user', (draft, value) => (draft.username = value)),
      password: text('a password', (draft, value) => (draft.password = value)),
      requesttimeout: milliseconds((draft, value) => (draft.requestTimeoutMs = value)),
      connecttimeout: milliseconds((draft, value) => (draft.connectTimeoutMs = value)),
      controlconnectiontimeout: milliseconds((draft, value) => (draft.controlConnectionTimeoutMs = value)),
      protocolversion: version,
      'case-insensitive': flag((draft) => (draft.caseInsensitive = true)),
      connectionsperhost: count('a number of connections', (draft, value) => (draft.connectionsPerNode = value)),
      maxpending: count('a number of requests', (draft, value) => (draft.inFlightPerConnection = value)),
      compression: compressionOff,
    },
    notYet: ['unprepared', 'thrift', 'simplenative', '4x', 'auth-provider', 'smart', 'port'],
  },
  rate: {
    options: {
      threads: count('a number of threads', (draft, value) => (draft.threads = value)),
      throttle: rate((draft, value) => (draft.throttlePerSecond = value)),
      fixed: rate((draft, value) => (draft.fixedPerSecond = value)),
      processes: count('a number of load threads', (draft, value) => (draft.lanes = value)),
      arrival: (draft, value) => {
        if (value !== 'constant' && value !== 'poisson') return `expected constant or poisson, found ${found(value)}`;
        draft.arrival = value;
        return undefined;
      },
    },
    notYet: ['auto'],
  },
  pop: {
    options: {
      seq: sequence,
      dist: distribution((draft, value) => (draft.distribution = value)),
      'no-wrap': flag((draft) => (draft.noWrap = true)),
    },
    notYet: ['read-lookback', 'contents'],
  },
  col: { options: { n: fixedCount, size: fixedSize }, notYet: ['names', 'slice', 'super', 'comparator', 'timestamp'] },
  schema: {
    options: {
      replication,
      compaction,
      keyspace: text('a keyspace', (draft, value) => (draft.keyspace = value)),
      compression: text('a compressor class', (draft, value) => (draft.compression = value)),
    },
    notYet: ['storage'],
  },
  log: {
    options: {
      hdrfile: text('a file', (draft, value) => (draft.hdrFile = value)),
      interval,
      'no-settings': flag((draft) => (draft.noSettings = true)),
      'no-summary': flag((draft) => (draft.noSummary = true)),
    },
    notYet: ['file', 'level', 'print-statements-on-error'],
  },
  errors: {
    options: {
      retries: count('a number of retries', (draft, value) => (draft.retries = value), 0),
      ignore: flag((draft) => (draft.ignoreErrors = true)),
      'skip-read-validation': flag((draft) => (draft.skipReadValidation = true)),
      'fail-fast': flag((draft) => (draft.ignoreErrors = false)),
    },
    notYet: ['skip-unsupported-columns', 'delay-policy', 'min-delay-ms', 'max-delay-ms'],
  },
  insert: null,
  graph: null,
  transport: null,
  tokenrange: null,
  sendto: null,
  cloudconf: null,
  'credentials-file': null,
  reporting: null,
};
