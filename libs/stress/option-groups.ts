import { GRAPH_OPTIONS, LOG_OUTPUT } from './command-output.js';
import type { Draft } from './draft.js';
import {
  authProvider,
  ERROR_OPTIONS,
  NODE_OPTIONS,
  OLD_MODES,
  OLD_COLUMNS,
  OLD_TRANSPORT,
  oneOf,
  OTHER_PORTS,
  storage,
} from './target-options.js';
import {
  batchType,
  insertConsistency,
  insertSerialConsistency,
  serialConsistency,
  share,
  unpopulated,
} from './insert-options.js';
import { relativeError, uncertaintyBound } from './uncertainty-options.js';
import {
  compaction,
  frameCompression,
  consistency,
  count,
  distribution,
  duration,
  fixedCount,
  columnList,
  columnSize,
  flag,
  found,
  headerFrequency,
  interval,
  only,
  operations,
  pemFile,
  rate,
  ratio,
  replication,
  sequence,
  text,
  truncate,
  truth,
  version,
  type Apply,
} from './option-readers.js';

export interface OptionGroup {
  options: Readonly<Record<string, Apply>>;
  /** What is said by a comparison, as in `n>30`: by name and sign. */
  comparisons?: Readonly<Record<string, Apply>>;
  /** Options of the original that are of the past, with what is to be done in their place. */
  gone?: Readonly<Record<string, string>>;
  /** Takes words that are no options; absent where there are none. */
  bare?: Apply;
}

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
    add: distribution((draft, value) => (draft.increment = value)),
    'serial-cl': serialConsistency,
    truncate,
    profile: text('a file', (draft, value) => (draft.profiles = value.split(','))),
    ops: operations,
  },
  comparisons: {
    'err<': relativeError,
    'n>': uncertaintyBound((value) => ({ minIntervals: value })),
    'n<': uncertaintyBound((value) => ({ maxIntervals: value })),
  },
};

const milliseconds = (set: (draft: Draft, value: number) => void): Apply => count('milliseconds', set);

/** Every group of the original. */
export const OPTION_GROUPS: Readonly<Record<string, OptionGroup>> = {
  node: {
    options: NODE_OPTIONS,
    bare: (draft, value) => {
      draft.nodes = [...(draft.nodes ?? []), ...(value ?? '').split(',').filter((host) => host !== '')];
      return undefined;
    },
  },
  port: {
    options: {
      native: count('a port from 1 to 65535', (draft, value) => (draft.port = value)),
    },
    gone: OTHER_PORTS,
  },
  mode: {
    options: {
      native: flag(() => undefined),
      // The original's name of another driver: here both are the same engine.
      '4x': flag(() => undefined),
      port: count('a port from 1 to 65535', (draft, value) => (draft.modePort = value)),
      'auth-provider': authProvider,
      cql3: flag(() => undefined),
      prepared: flag((draft) => (draft.prepared = true)),
      unprepared: flag((draft) => (draft.prepared = false)),
      user: text('a user', (draft, value) => (draft.username = value)),
      password: text('a password', (draft, value) => (draft.password = value)),
      requesttimeout: milliseconds((draft, value) => (draft.requestTimeoutMs = value)),
      connecttimeout: milliseconds((draft, value) => (draft.connectTimeoutMs = value)),
      controlconnectiontimeout: milliseconds((draft, value) => (draft.controlConnectionTimeoutMs = value)),
      protocolversion: version,
      'case-insensitive': flag((draft) => (draft.caseInsensitive = true)),
      connectionsperhost: count('a number of connections', (draft, value) => (draft.connectionsPerNode = value)),
      maxpending: count('a number of requests', (draft, value) => (draft.inFlightPerConnection = value)),
      compression: frameCompression,
    },
    gone: OLD_MODES,
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
      auto: flag((draft) => (draft.auto = { ...draft.auto })),
    },
    comparisons: {
      'threads>=': count('a number of threads', (draft, minThreads) => (draft.auto = { ...draft.auto, minThreads })),
      'threads<=': count('a number of threads', (draft, maxThreads) => (draft.auto = { ...draft.auto, maxThreads })),
    },
  },
  pop: {
    options: {
      seq: sequence,
      dist: distribution((draft, value) => (draft.distribution = value)),
      'no-wrap': flag((draft) => (draft.noWrap = true)),
      'read-lookback': distribution((draft, value) => (draft.readLookback = value)),
      contents: oneOf(['sorted', 'shuffled'], (draft, order) => (draft.contents = order)),
    },
  },
  col: {
    options: {
      n: fixedCount,
      size: columnSize,
      names: columnList,
      timestamp: count('microseconds since 1970', (draft, value) => (draft.timestampUs = value), 0),
      slice: flag((draft) => (draft.slice = true)),
    },
    gone: OLD_COLUMNS,
  },
  schema: {
    options: {
      replication,
      compaction,
      keyspace: text('a keyspace', (draft, value) => (draft.keyspace = value)),
      compression: text('a compressor class', (draft, value) => (draft.compression = value)),
      storage,
    },
  },
  log: {
    options: {
      hdrfile: text('a file', (draft, value) => (draft.hdrFile = value)),
      interval,
      'no-settings': flag((draft) => (draft.noSettings = true)),
      'no-summary': flag((draft) => (draft.noSummary = true)),
      'print-statements-on-error': flag((draft) => (draft.printStatements = true)),
      ...LOG_OUTPUT,
    },
  },
  errors: {
    options: ERROR_OPTIONS,
  },
  insert: {
    options: {
      visits: distribution((draft, visits) => (draft.insert = { ...draft.insert, visits })),
      revisit: distribution((draft, revisit) => (draft.insert = { ...draft.insert, revisit })),
      partitions: distribution((draft, partitions) => (draft.insert = { ...draft.insert, partitions })),
      batchtype: batchType,
      cl: insertConsistency,
      'serial-cl': insertSerialConsistency,
      unpopulated,
      'select-ratio': share((draft, select) => (draft.insert = { ...draft.insert, select })),
      'row-population-ratio': share((draft, rowPopulation) => (draft.insert = { ...draft.insert, rowPopulation })),
    },
  },
  graph: { options: GRAPH_OPTIONS },
  transport: {
    options: {
      truststore: pemFile('truststore'),
      keystore: pemFile('keystore'),
      'ssl-protocol': only('TLS'),
      'store-type': only('PEM'),
      'ssl-ciphers': text('ciphers', (draft, value) => (draft.transport = { ...draft.transport, ciphers: value })),
      'hostname-verification': truth(
        (draft, verifyHostname) => (draft.transport = { ...draft.transport, verifyHostname }),
      ),
    },
    gone: OLD_TRANSPORT,
  },
  tokenrange: {
    options: {
      wrap: flag((draft) => (draft.tokenRange = { ...draft.tokenRange, wrap: true })),
      'no-wrap': flag((draft) => (draft.tokenRange = { ...draft.tokenRange, wrap: false })),
      'split-factor': count('parts of a range', (draft, splitFactor) => {
        draft.tokenRange = { ...draft.tokenRange, splitFactor };
      }),
    },
  },
  'credentials-file': {
    options: {},
    bare: (draft, value) => {
      if (draft.credentialsFile !== undefined) return `expected one file, found ${found(value)} as well`;
      draft.credentialsFile = value;
      return undefined;
    },
  },
  reporting: { options: { 'output-frequency': interval, 'header-frequency': headerFrequency } },
};
