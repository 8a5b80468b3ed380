import type { Population, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { CommandTarget } from './command-line.js';
import { type CommandOutput, graphWords, logOutputWords, reportingWords } from './command-output.js';
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

function nodeWords({ connection, metricsUrls }: StressPlanSpec, target: CommandTarget): string[] {
  const words: string[] = [];
  if (target.localDatacenter !== undefined) words.push(`datacenter=${target.localDatacenter}`);
  if (connection.localRack !== undefined) words.push(`rack=${connection.localRack}`);
  if (connection.onlyContactPoints) words.push('whitelist');
  if (metricsUrls) words.push(`metrics=${metricsUrls.join(',')}`);
  if (target.contactPointsFile !== undefined) words.push(`file=${target.contactPointsFile}`);
  if (target.contactPoints) words.push(target.contactPoints.join(','));
  return words.length === 0 ? [] : ['-node', ...words];
}

function populationWords(spec: StressPlanSpec): string[] {
  const words = [
    ...(spec.population ? [populationText(spec.population)] : []),
    ...(spec.contents === undefined ? [] : [`contents=${spec.contents}`]),
  ];
  return words.length === 0 ? [] : ['-pop', ...words];
}

function populationText(population: Population): string {
  if (population.type === 'distribution') return `dist=${distributionText(population.distribution)}`;
  return `seq=${population.from}..${population.to}${population.wrap ? '' : ' no-wrap'}${population.readLookback ? ` read-lookback=${distributionText(population.readLookback)}` : ''}`;
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
  if (schema.storage) words.push(`storage(${pairs(schema.storage).join(',')})`);
  return words.join(' ');
}

function columnsText({ columns }: StressPlanSpec): string {
  const which = columns.names ? `names=${columns.names.join(',')}` : `n=FIXED(${columns.count})`;
  const timestamp = columns.timestampUs === undefined ? '' : ` timestamp=${columns.timestampUs}`;
  return `-col ${which} size=${distributionText(columns.size)}${timestamp}${columns.slice === true ? ' slice' : ''}`;
}

function insertText({ insert }: StressPlanSpec): string[] | undefined {
  if (!insert) return undefined;
  const { visits, revisit, partitions, batchType, select, rowPopulation, unpopulated } = insert;
  return [
    '-insert',
    ...(visits ? [`visits=${distributionText(visits)}`] : []),
    ...(revisit ? [`revisit=${distributionText(revisit)}`] : []),
    ...(partitions ? [`partitions=${distributionText(partitions)}`] : []),
    ...(batchType ? [`batchtype=${batchType}`] : []),
    ...(insert.consistencyLevel ? [`cl=${insert.consistencyLevel}`] : []),
    ...(insert.serialConsistencyLevel ? [`serial-cl=${insert.serialConsistencyLevel}`] : []),
    ...(select ? [`select-ratio=${ratioText(select)}`] : []),
    ...(rowPopulation ? [`row-population-ratio=${ratioText(rowPopulation)}`] : []),
    ...(unpopulated ? [`unpopulated=${unpopulated}`] : []),
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
  if (connection.compression !== 'none') words.push(`compression=${connection.compression}`);
  if (!connection.prepared) words.push('unprepared');
  return words.join(' ');
}

function errorsText({ errors }: StressPlanSpec): string {
  const words = ['-errors', `retries=${errors.retries}`];
  if (errors.retryOverloaded) words.push('retry-overloaded');
  if (errors.ignore) words.push('ignore');
  if (errors.failFast === true) words.push('fail-fast');
  if (errors.skipReadValidation) words.push('skip-read-validation');
  const { overloadDelay: delay } = errors;
  if (delay) words.push(`delay-policy=${delay.policy}`, `min-delay-ms=${delay.minMs}`, `max-delay-ms=${delay.maxMs}`);
  return words.join(' ');
}

function logText({ log }: StressPlanSpec, output: CommandOutput | undefined): string {
  const words = ['-log', `interval=${log.intervalMs}ms`];
  if (log.level !== undefined) words.push(`level=${log.level}`);
  words.push(...logOutputWords(output));
  if (log.hdrFile !== undefined) words.push(`hdrfile=${log.hdrFile}`);
  if (log.statements === true) words.push('print-statements-on-error');
  if (!log.settings) words.push('no-settings');
  if (!log.summary) words.push('no-summary');
  return words.join(' ');
}

/**
 * The command line that means the same as `spec`; a password is never part of it. Times that the command line cannot say
 * (part of a second) are rounded up.
 */
export function formatStressCommand(spec: StressPlanSpec, target: CommandTarget = {}, output?: CommandOutput): string {
  const mixed =
    spec.operation === 'mixed' || spec.operation === 'user'
      ? [
          spec.operation === 'user' ? userText(spec) : `ratio(${weightsText(spec)})`,
          `clustering=${distributionText(spec.clustering)}`,
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
    ...nodeWords(spec, target),
    ...(target.port === undefined ? [] : [`-port native=${target.port}`]),
    rateText(spec),
    ...populationWords(spec),
    ...(spec.operation === 'user' ? [] : [columnsText(spec), schemaText(spec)]),
    ...(insertText(spec) ?? []),
    ...tokenRangeText(spec),
    modeText(spec, target),
    errorsText(spec),
    logText(spec, output),
    ...graphWords(output),
    ...reportingWords(output),
    ...(target.credentialsFile === undefined ? [] : ['-credentials-file', target.credentialsFile]),
  ].join(' ');
}

/** The line without its passwords. */
export const redactCommand = (line: string): string => line.replace(/(password\s*=\s*)([^\s,)]+)/gi, '$1***');
