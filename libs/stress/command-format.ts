import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { CommandTarget } from './command-line.js';
import { distributionText, ratioText } from './distribution-text.js';

const pairs = (map: Readonly<Record<string, string>>): string[] =>
  Object.entries(map).map(([name, value]) => `${name === 'replication_factor' ? 'factor' : name}=${value}`);

const weightsText = ({ ratio }: StressPlanSpec): string =>
  Object.entries(ratio)
    .filter(([, weight]) => weight > 0)
    .map(([command, weight]) => `${command}=${weight}`)
    .join(',');

const userText = ({ user }: StressPlanSpec): string =>
  `profile=${(user?.profiles ?? []).map(({ name }) => name).join(',')} ops(${Object.entries(user?.operations ?? {})
    .map(([name, weight]) => `${name}=${weight}`)
    .join(',')})`;

const adds = ({ operation, ratio }: StressPlanSpec): boolean =>
  operation === 'counter_write' || (operation === 'mixed' && ratio.counter_write > 0);

function stopText({ stop }: StressPlanSpec): string {
  if (stop.type === 'operations') return `n=${stop.count}`;
  if (stop.type === 'uncertainty') return `err<${stop.relativeError} n>${stop.minIntervals} n<${stop.maxIntervals}`;
  return `duration=${Math.ceil(stop.durationMs / 1000)}s`;
}

function rateText({ rate, lanes }: StressPlanSpec): string {
  const words = ['-rate', `threads=${rate.threads}`];
  if (rate.model === 'closed' && rate.throttlePerSecond !== undefined)
    words.push(`throttle=${rate.throttlePerSecond}/s`);
  if (rate.model === 'open') words.push(`fixed=${rate.ratePerSecond}/s`);
  if (rate.model === 'open' && rate.arrival === 'poisson') words.push('arrival=poisson');
  if (lanes > 1) words.push(`processes=${lanes}`);
  return words.join(' ');
}

function populationText({ population }: StressPlanSpec): string | undefined {
  if (!population) return undefined;
  if (population.type === 'distribution') return `-pop dist=${distributionText(population.distribution)}`;
  return `-pop seq=${population.from}..${population.to}${population.wrap ? '' : ' no-wrap'}${population.readLookback ? ` read-lookback=${distributionText(population.readLookback)}` : ''}`;
}

function schemaText({ schema }: StressPlanSpec): string {
  const { replication, compaction } = schema;
  const words = [
    '-schema',
    `replication(${[`strategy=${replication.strategy}`, ...pairs(replication.options)].join(',')})`,
    `keyspace=${schema.keyspace}`,
  ];
  if (compaction)
    words.push(`compaction(${[`strategy=${compaction.strategy}`, ...pairs(compaction.options)].join(',')})`);
  if (schema.compression !== undefined) words.push(`compression=${schema.compression}`);
  return words.join(' ');
}

function columnsText({ columns }: StressPlanSpec): string {
  const which = columns.names ? `names=${columns.names.join(',')}` : `n=FIXED(${columns.count})`;
  const timestamp = columns.timestampUs === undefined ? '' : ` timestamp=${columns.timestampUs}`;
  return `-col ${which} size=${distributionText(columns.size)}${timestamp}`;
}

function insertText({ insert }: StressPlanSpec): string[] | undefined {
  if (!insert) return undefined;
  const { visits, revisit, partitions, batchType, select, rowPopulation } = insert;
  return [
    '-insert',
    ...(visits ? [`visits=${distributionText(visits)}`] : []),
    ...(revisit ? [`revisit=${distributionText(revisit)}`] : []),
    ...(partitions ? [`partitions=${distributionText(partitions)}`] : []),
    ...(batchType ? [`batchtype=${batchType}`] : []),
    ...(select ? [`select-ratio=${ratioText(select)}`] : []),
    ...(rowPopulation ? [`row-population-ratio=${ratioText(rowPopulation)}`] : []),
  ];
}

function tokenRangeText({ tokenRange: { wrap, splitFactor } }: StressPlanSpec): string[] {
  const words = [...(wrap ? ['wrap'] : []), ...(splitFactor === 1 ? [] : [`split-factor=${splitFactor}`])];
  return words.length > 0 ? ['-tokenrange', ...words] : [];
}

function modeText({ connection }: StressPlanSpec, target: CommandTarget): string {
  const words = ['-mode', 'native', 'cql3'];
  if (target.username !== undefined) words.push(`user=${target.username}`);
  words.push(`requestTimeout=${connection.requestTimeoutMs}`, `connectTimeout=${connection.connectTimeoutMs}`);
  words.push(
    `controlConnectionTimeout=${connection.controlConnectionTimeoutMs}`,
    `connectionsPerHost=${connection.connectionsPerNode}`,
  );
  words.push(`maxPending=${connection.inFlightPerConnection}`);
  if (connection.caseInsensitive) words.push('case-insensitive');
  if (!connection.prepared) words.push('unprepared');
  return words.join(' ');
}

function errorsText({ errors }: StressPlanSpec): string {
  const words = ['-errors', `retries=${errors.retries}`];
  if (errors.ignore) words.push('ignore');
  if (errors.skipReadValidation) words.push('skip-read-validation');
  return words.join(' ');
}

function logText({ log }: StressPlanSpec): string {
  const words = ['-log', `interval=${log.intervalMs}ms`];
  if (log.hdrFile !== undefined) words.push(`hdrfile=${log.hdrFile}`);
  if (!log.settings) words.push('no-settings');
  if (!log.summary) words.push('no-summary');
  return words.join(' ');
}

/**
 * The command line that means the same as `spec`; a password is never part of it. Times that the command line cannot say
 * (part of a second) are rounded up.
 */
export function formatStressCommand(spec: StressPlanSpec, target: CommandTarget = {}): string {
  const mixed =
    spec.operation === 'mixed' || spec.operation === 'user'
      ? [
          spec.operation === 'user' ? userText(spec) : `ratio(${weightsText(spec)})`,
          `clustering=${distributionText(spec.clustering)}`,
        ]
      : [];
  const node = target.contactPoints
    ? [
        `-node ${[...(target.localDatacenter === undefined ? [] : [`datacenter=${target.localDatacenter}`]), ...(spec.connection.onlyContactPoints ? ['whitelist'] : []), target.contactPoints.join(',')].join(' ')}`,
      ]
    : [];
  return [
    spec.operation,
    ...mixed,
    stopText(spec),
    `cl=${spec.consistencyLevel}`,
    ...(spec.serialConsistencyLevel === 'SERIAL' ? [] : [`serial-cl=${spec.serialConsistencyLevel}`]),
    ...(spec.warmup ? [] : ['no-warmup']),
    ...(spec.truncate === 'never' ? [] : [`truncate=${spec.truncate}`]),
    ...(adds(spec) ? [`add=${distributionText(spec.increment)}`] : []),
    ...(spec.keySizeBytes === 10 ? [] : [`keysize=${spec.keySizeBytes}`]),
    ...node,
    ...(target.port === undefined ? [] : [`-port native=${target.port}`]),
    rateText(spec),
    ...((populationText(spec) ?? '') ? [populationText(spec)] : []),
    ...(spec.operation === 'user' ? [] : [columnsText(spec), schemaText(spec)]),
    ...(insertText(spec) ?? []),
    ...tokenRangeText(spec),
    modeText(spec, target),
    errorsText(spec),
    logText(spec),
  ].join(' ');
}

/** The line without its passwords. */
export const redactCommand = (line: string): string => line.replace(/(password\s*=\s*)([^\s,)]+)/gi, '$1***');
