import { doorSettings } from '#libs/front-doors/door-settings.js';
import type { Distribution, Ratio } from '#libs/workloads/stress/distribution.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { CommandOutput } from './command-output.js';
import type { ThreadSearch } from './thread-search.js';
import { namedWeights } from './operations.js';
import { populationOf } from './population.js';
import { distributionText } from './distribution-text.js';
import { fixed, integerGrouped } from './java-format.js';
import { columnNames } from './statements.js';

/** What the text needs to know of the target. */
export interface TextTarget {
  nodes: readonly string[];
  port: number;
  username?: string | undefined;
  datacenter?: string | undefined;
}

const UNITS = [
  ['HOURS', 3_600_000],
  ['MINUTES', 60_000],
  ['SECONDS', 1000],
] as const;

/** A time as TimeUnit names it: `10 MINUTES`. */
export function javaDuration(durationMs: number): string {
  const [unit, sizeMs] = UNITS.find(([, size]) => durationMs % size === 0) ?? ['SECONDS', 1000];
  return `${Math.ceil(durationMs / sizeMs)} ${unit}`;
}

const ONE: Distribution = { type: 'fixed', value: 1 };
const REVISIT: Distribution = { type: 'uniform', min: 1, max: 1_000_000 };

type Facts = { [K in Distribution['type']]: (distribution: Extract<Distribution, { type: K }>) => string };
const range = ({ min, max }: { min: number; max: number }): string => `min=${min},max=${max}`;

/** A distribution as the settings block tells it; the original has no words for the last three, which are ours. */
const FACTS: Facts = {
  fixed: ({ value }) => `Fixed:  key=${value}`,
  uniform: (one) => `Uniform:  ${range(one)}`,
  gaussian: ({ min, max, mean = (min + max) / 2, stdev = (max - min) / 6 }) =>
    `Gaussian:  ${range({ min, max })},mean=${fixed(mean, 6)},stdev=${fixed(stdev, 6)}`,
  exponential: (one) => `Exponential:  ${range(one)}`,
  extreme: (one) => `Extreme:  ${range(one)},shape=${one.shape}`,
  quantizedExtreme: (one) => `Quantized Extreme:  ${range(one)},shape=${one.shape},quantas=${one.quantas}`,
  sequence: (one) => `Sequence:  ${range(one)}`,
};

function distributionFacts(distribution: Distribution): string {
  const tell = FACTS[distribution.type] as (distribution: Distribution) => string;
  return `${distribution.type !== 'fixed' && distribution.inverted === true ? 'Inverted ' : ''}${tell(distribution)}`;
}

const ratioFacts = ({ distribution, divisor }: Ratio): string =>
  `Ratio: divisor=${fixed(divisor, 6)};delegate=${distributionFacts(distribution)}`;

const map = (entries: Readonly<Record<string, string>>): string =>
  `{${Object.entries(entries)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`;

function commandLines(spec: StressPlanSpec): string[] {
  const { stop } = spec;
  const mixed = [
    `  Command Ratios: {${namedWeights(spec)
      .map(([name, weight]) => `${name}=${fixed(weight, 1)}`)
      .join(', ')}}`,
    `  Command Clustering Distribution: clustering=${distributionText(spec.clustering)}`,
  ];
  return [
    'Command:',
    `  Type: ${spec.operation}`,
    `  Count: ${stop.type === 'operations' ? integerGrouped(stop.count) : '-1'}`,
    ...(stop.type === 'duration' ? [`  Duration: ${javaDuration(stop.durationMs)}`] : []),
    `  No Warmup: ${!spec.warmup}`,
    `  Consistency Level: ${spec.consistencyLevel}`,
    `  Serial Consistency Level: ${spec.serialConsistencyLevel}`,
    ...(stop.type === 'uncertainty'
      ? [
          `  Target Uncertainty: ${fixed(stop.relativeError, 3)}`,
          `  Minimum Uncertainty Measurements: ${stop.minIntervals}`,
          `  Maximum Uncertainty Measurements: ${stop.maxIntervals}`,
        ]
      : ['  Target Uncertainty: not applicable']),
    `  Key Size (bytes): ${spec.keySizeBytes}`,
    `  Counter Increment Distibution: add=${distributionText(spec.increment).toLowerCase()}`,
    ...(spec.operation === 'mixed' || spec.operation === 'user' ? mixed : []),
  ];
}

function loadLines(spec: StressPlanSpec, auto: ThreadSearch | undefined): string[] {
  const { rate, insert = {} } = spec;
  const perSecond = rate.model === 'open' ? rate.ratePerSecond : (rate.throttlePerSecond ?? 0);
  const population = populationOf(spec);
  const sequence = population.type === 'sequence';
  return [
    'Rate:',
    `  Auto: ${auto !== undefined}`,
    ...(auto === undefined
      ? [`  Thread Count: ${rate.threads}`, `  OpsPer Sec: ${fixed(perSecond, 0)}`]
      : [`  Min Threads: ${auto.minThreads}`, `  Max Threads: ${auto.maxThreads}`]),
    'Population:',
    sequence
      ? `  Sequence: ${population.from}..${population.to}`
      : `  Distribution: ${distributionFacts(population.distribution)}`,
    `  Order: ${(spec.contents ?? 'arbitrary').toUpperCase()}`,
    `  Wrap: ${sequence && population.wrap}`,
    'Insert:',
    `  Revisits: ${distributionFacts(insert.revisit ?? REVISIT)}`,
    `  Visits: ${distributionFacts(insert.visits ?? ONE)}`,
    ...(insert.partitions ? [`  Partitions: ${distributionFacts(insert.partitions)}`] : []),
    ...(insert.select ? [`  Select Ratio: ${ratioFacts(insert.select)}`] : []),
    `  Row Population Ratio: ${ratioFacts(insert.rowPopulation ?? { distribution: ONE, divisor: 1 })}`,
    `  Batch Type: ${insert.batchType?.toUpperCase() ?? 'not batching'}`,
  ];
}

function dataLines({ columns, errors, log }: StressPlanSpec, output: CommandOutput): string[] {
  return [
    'Columns:',
    `  Max Columns Per Key: ${columns.count}`,
    `  Column Names: [${columnNames(columns).join(', ')}]`,
    '  Comparator: AsciiType',
    `  Timestamp: ${columns.timestampUs ?? 'null'}`,
    '  Variable Column Count: false',
    `  Slice: ${columns.slice === true}`,
    `  Size Distribution: ${distributionFacts(columns.size)}`,
    `  Count Distribution: Fixed:  key=${columns.count}`,
    'Errors:',
    `  Ignore: ${errors.ignore}`,
    `  Fail fast setting: ${errors.failFast === true}`,
    `  Tries: ${errors.retries + 1}`,
    'Log:',
    `  No Summary: ${!log.summary}`,
    `  No Settings: ${!log.settings}`,
    `  File: ${output.logFile ?? 'null'}`,
    `  Interval Millis: ${log.intervalMs}`,
    `  Level: ${(log.level ?? 'normal').toUpperCase()}`,
  ];
}

function targetLines(
  { connection, schema, operation, tokenRange }: StressPlanSpec,
  target: TextTarget,
  { graph }: CommandOutput,
): string[] {
  const strategy = schema.replication.strategy;
  return [
    'Mode:',
    '  API: JAVA_DRIVER_NATIVE',
    `  Connection Style: ${connection.prepared ? 'CQL_PREPARED' : 'CQL'}`,
    '  CQL Version: CQL3',
    `  Protocol Version: V${connection.protocolVersion}`,
    `  Username: ${target.username ?? 'null'}`,
    `  Password: ${target.username === undefined ? 'null' : '*suppressed*'}`,
    '  Auth Provide Class: null',
    '  Max Pending Per Connection: null',
    `  Connections Per Host: ${connection.connectionsPerNode}`,
    `  Compression: ${connection.compression.toUpperCase()}`,
    'Node:',
    `  Nodes: [${target.nodes.join(', ')}]`,
    `  Is White List: ${connection.onlyContactPoints}`,
    `  Datacenter: ${target.datacenter ?? 'null'}`,
    `  Rack: ${connection.localRack ?? 'null'}`,
    'Schema:',
    `  Keyspace: ${schema.keyspace}`,
    `  Replication Strategy: ${strategy.includes('.') ? strategy : `org.apache.cassandra.locator.${strategy}`}`,
    `  Replication Strategy Options: ${map(schema.replication.options)}`,
    `  Storage Options: ${map(schema.storage ?? {})}`,
    `  Table Compression: ${schema.compression ?? 'null'}`,
    `  Table Compaction Strategy: ${schema.compaction?.strategy ?? 'null'}`,
    `  Table Compaction Strategy Options: ${map(schema.compaction?.options ?? {})}`,
    'Transport:',
    '  factory=org.apache.cassandra.thrift.TFramedTransportFactory; truststore=null; truststore-password=null; keystore=null; keystore-password=null; ssl-protocol=TLS; ssl-alg=SunX509; store-type=JKS; ssl-ciphers=TLS_RSA_WITH_AES_128_CBC_SHA,TLS_RSA_WITH_AES_256_CBC_SHA; hostname-verification=false; ',
    'Port:',
    `  Native Port: ${target.port}`,
    '  Thrift Port: 9160',
    '  JMX Port: 7199',
    'Send To Daemon:',
    '  *not set*',
    'Graph:',
    `  File: ${graph?.file ?? 'null'}`,
    `  Revision: ${graph?.revision ?? 'unknown'}`,
    `  Title: ${graph?.title ?? 'null'}`,
    `  Operation: ${graph?.operation ?? operation.toUpperCase()}`,
    'TokenRange:',
    `  Wrap: ${tokenRange.wrap}`,
    `  Split Factor: ${tokenRange.splitFactor}`,
    'CloudConf:',
    '  File: null',
    '',
  ];
}

/** The settings block, line by line as ScyllaDB's cassandra-stress 3.18 prints it; groups that we do not have say their defaults. */
export const settingsText = (
  spec: StressPlanSpec,
  target: TextTarget,
  output: CommandOutput,
  auto?: ThreadSearch,
): string[] => doorSettings(spec, target) ?? stressSettings(spec, target, output, auto);

const stressSettings = (
  spec: StressPlanSpec,
  target: TextTarget,
  output: CommandOutput,
  auto: ThreadSearch | undefined,
): string[] => [
  '******************** Stress Settings ********************',
  ...commandLines(spec),
  ...loadLines(spec, auto),
  ...dataLines(spec, output),
  ...targetLines(spec, target, output),
];
