import type { OutputDraft } from './command-output.js';
import type { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import type { Population, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** What `-transport` says: files, which whoever runs the line reads. */
export interface TransportDraft {
  truststore?: string;
  keystore?: string;
  ciphers?: string;
  verifyHostname?: boolean;
}

/** What a command line has said so far; absent means not said. */
export interface Draft {
  operation?: StressPlanSpec['operation'];
  count?: number;
  durationMs?: number;
  /** `err<`, `n>` and `n<`. */
  uncertainty?: { relativeError?: number; minIntervals?: number; maxIntervals?: number };
  /** `auto`, `threads>=` and `threads<=`. */
  auto?: { minThreads?: number; maxThreads?: number };
  consistencyLevel?: ConsistencyLevel;
  serialConsistencyLevel?: StressPlanSpec['serialConsistencyLevel'];
  insert?: StressPlanSpec['insert'];
  tokenRange?: { wrap?: boolean; splitFactor?: number };
  warmup?: boolean;
  keySizeBytes?: number;
  ratio?: StressPlanSpec['ratio'];
  clustering?: Distribution;
  increment?: Distribution;
  threads?: number;
  throttlePerSecond?: number;
  fixedPerSecond?: number;
  arrival?: 'constant' | 'poisson';
  lanes?: number;
  sequence?: { from: number; to: number };
  noWrap?: boolean;
  readLookback?: Distribution;
  truncate?: StressPlanSpec['truncate'];
  profiles?: string[];
  texts?: { name: string; yaml: string }[];
  operations?: Record<string, number>;
  distribution?: Distribution;
  columnCount?: number;
  columnSize?: Distribution;
  columnNames?: string[];
  timestampUs?: number;
  slice?: boolean;
  contents?: StressPlanSpec['contents'];
  keyspace?: string;
  replication?: { strategy: string; options: Record<string, string> };
  compaction?: { strategy: string; options: Record<string, string> };
  compression?: string;
  frameCompression?: StressPlanSpec['connection']['compression'];
  storage?: Record<string, string>;
  nodes?: string[];
  /** `-node file=`, which whoever runs the line reads. */
  nodesFile?: string;
  metricsUrls?: string[];
  datacenter?: string;
  rack?: string;
  loadBalance?: 'round-robin' | 'dc-aware' | 'rack-aware';
  port?: number;
  /** `-mode port=`, the same as `-port native=`. */
  modePort?: number;
  authProvider?: string | undefined;
  /** A file with names and passwords, which whoever runs the line reads. */
  credentialsFile?: string | undefined;
  username?: string;
  transport?: TransportDraft;
  password?: string;
  requestTimeoutMs?: number;
  connectTimeoutMs?: number;
  controlConnectionTimeoutMs?: number;
  connectionsPerNode?: number;
  inFlightPerConnection?: number;
  caseInsensitive?: boolean;
  prepared?: boolean;
  onlyContactPoints?: boolean;
  intervalMs?: number;
  hdrFile?: string;
  logLevel?: StressPlanSpec['log']['level'];
  output?: OutputDraft;
  printStatements?: boolean;
  noSettings?: boolean;
  noSummary?: boolean;
  retries?: number;
  retryOverloaded?: boolean;
  ignoreErrors?: boolean;
  skipReadValidation?: boolean;
  failFast?: boolean;
  delay?: Partial<NonNullable<StressPlanSpec['errors']['overloadDelay']>>;
}

/** The population that was said; undefined leaves the command's default. */
export function populationOfDraft({ sequence, distribution, noWrap, readLookback }: Draft): Population | undefined {
  if (sequence) return { type: 'sequence', ...sequence, wrap: noWrap !== true, readLookback };
  return distribution && { type: 'distribution', distribution };
}
