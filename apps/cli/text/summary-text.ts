import type { Run } from '#libs/contract/run.js';
import type { Mismatch, OperationSummary, RunReport, Summary, ThresholdResult } from '#libs/contract/summary.js';
import { reportRows } from '#libs/workloads/cdc/cdc-text.js';
import { reportLines as parentLines } from '#libs/workloads/parent/parent-text.js';
import { scalerLines } from '#libs/scaler/resize-text.js';
import { countedLatency, milliseconds } from './interval-text.js';

const SHOWN_MISMATCHES = 5;
const SHOWN_SHARDS = 4;

const field = (name: string, value: string): string => `${name.padEnd(14)}${value}`;

const count = (value: number): string => value.toLocaleString('en-US');

function operationLine(name: string, figures: OperationSummary): string {
  const latency = countedLatency(figures);
  const clock = figures.responseTime ? 'response time' : 'service time';
  const tails = (
    [
      ['mean', latency.meanMs],
      ['p50', latency.p50Ms],
      ['p95', latency.p95Ms],
      ['p99', latency.p99Ms],
      ['p99.9', latency.p999Ms],
      ['max', latency.maxMs],
    ] as const
  ).map(([label, value]) => `${label} ${milliseconds(value)}`);
  const losses = [
    figures.failed > 0 ? `${count(figures.failed)} failed (${errorsOf(figures)})` : undefined,
    figures.dropped > 0 ? `${count(figures.dropped)} dropped` : undefined,
    figures.retries > 0 ? `${count(figures.retries)} retries` : undefined,
  ].filter((text) => text !== undefined);
  return [
    field(
      name,
      `${count(figures.completed)} operations, ${count(Math.round(figures.ratePerSecond))} op/s${losses.map((text) => `, ${text}`).join('')}`,
    ),
    field('', `${clock}, ms: ${tails.join('  ')}`),
  ].join('\n');
}

const errorsOf = ({ errors }: OperationSummary): string =>
  Object.entries(errors)
    .filter(([, times]) => times > 0)
    .map(([name, times]) => `${name} ${count(times)}`)
    .join(', ');

const thresholdLine = ({ threshold, actual, passed }: ThresholdResult): string =>
  field(
    '',
    `${passed ? 'met' : 'MISSED'}: ${threshold.operation} ${threshold.metric} ${threshold.operator} ${threshold.value}${threshold.unit ?? ''}, was ${actual === null ? 'not measured' : `${actual}${threshold.unit ?? ''}`}`,
  );

const mismatchLine = ({ key, column, expected, found }: Mismatch): string =>
  field('', `key ${key} column ${column}: expected ${expected}, found ${found ?? 'nothing'}`);

function mismatchLines({ mismatches, mismatchCount, operations }: Summary): string[] {
  if (mismatchCount === 0)
    return operations['READ'] ? [field('mismatches', 'none: what was read is what was written')] : [];
  const shown = mismatches.slice(0, SHOWN_MISMATCHES);
  const more = mismatchCount - shown.length;
  return [
    field('mismatches', `${count(mismatchCount)} values did not come back as they were written`),
    ...shown.map(mismatchLine),
    ...(more > 0 ? [field('', `and ${count(more)} more`)] : []),
  ];
}

type ReportOf<K extends RunReport['kind']> = Extract<RunReport, { kind: K }>;

function loadedLines({ keyspace, table, files, read, written, rejected, failed }: ReportOf<'load'>): string[] {
  const rows = `${count(read)} rows read = ${count(written)} written + ${count(rejected)} rejected + ${count(failed)} failed`;
  return [
    field('loaded', `${count(files.length)} files into ${keyspace}.${table}: ${rows}`),
    ...files.flatMap(({ name, rejectFile }) =>
      rejectFile === null ? [] : [field('rejects', `${name}: ${rejectFile}`)],
    ),
  ];
}

function generatedLines(report: ReportOf<'generate'>): string[] {
  const { dataset, files, keptFiles, rows, storedBytes, sizes } = report;
  const kept = keptFiles > 0 ? `, ${count(keptFiles)} of them kept` : '';
  return [
    field('dataset', `${dataset}: ${count(files)} files${kept}, ${count(rows)} rows, ${count(storedBytes)} bytes`),
    field(
      'row sizes',
      `mean ${count(Math.round(sizes.meanBytes))} bytes, asked ${count(Math.round(sizes.askedMeanBytes))}; shares differ by ${(100 * sizes.largestDifference).toFixed(2)} % at most`,
    ),
  ];
}

function queriedLines({ dataset, files, rowsRead, submitted, ok, missing, different }: ReportOf<'query'>): string[] {
  return [
    field('dataset', `${dataset}: ${count(files)} files, ${count(rowsRead)} rows read, ${count(submitted)} asked for`),
    field('found', `${count(ok)} as expected, ${count(missing)} missing, ${count(different)} different`),
  ];
}

function sessionLines({ sessions, connectionLosses, sessionsExpired, recovery }: ReportOf<'zookeeper'>): string[] {
  const lost = `${count(connectionLosses)} connections lost, ${count(sessionsExpired)} sessions expired`;
  const recovered = recovery.count === 0 ? '' : `; recovered within ${Math.round(recovery.maxMs)} ms`;
  return [field('sessions', `${count(sessions)}; ${lost}${recovered}`)];
}

function soakedLines(report: ReportOf<'soak'>): string[] {
  const { keyspace, table, rowsWritten, batches, reads, verifiedReads, missing, different } = report;
  const compared = `${count(verifiedReads)} compared whole, ${count(missing)} missing, ${count(different)} different`;
  return [
    field('written', `${count(rowsWritten)} rows in ${count(batches)} batches into ${keyspace}.${table}`),
    field('read', `${count(reads)} rows; ${compared}`),
    ...(report.scaler ? scalerLines(report.scaler).map((text, at) => field(at === 0 ? 'scaler' : '', text)) : []),
  ];
}
const cdcLines = (report: ReportOf<'cdc'>): string[] => reportRows(report).map(([name, text]) => field(name, text));

const REPORTS: { [K in RunReport['kind']]: (report: ReportOf<K>) => string[] } = {
  generate: generatedLines,
  load: loadedLines,
  query: queriedLines,
  zookeeper: sessionLines,
  soak: soakedLines,
  cdc: cdcLines,
  suite: parentLines,
  search: parentLines,
};

const linesOf = <K extends RunReport['kind']>(report: { [P in K]: { kind: P } & ReportOf<P> }[K]): string[] =>
  REPORTS[report.kind](report);

/** What was made or found, for kinds that do. */
const reportLines = ({ report }: Summary): string[] => (report === undefined ? [] : linesOf(report));

/** Operations first, their total last; the total of a single operation says nothing new. */
function operationLines({ operations }: Summary): string[] {
  const { total, ...single } = operations;
  const lines = Object.entries(single).map(([name, figures]) => operationLine(name, figures));
  return total && lines.length !== 1 ? [...lines, operationLine('total', total)] : lines;
}

/** The slowest shards of the target, and what was found about any. */
function shardLines({ targetShards = [], findings = [] }: Summary): string[] {
  const slowest = targetShards.toSorted((a, b) => (b.p99Ms ?? b.p50Ms ?? 0) - (a.p99Ms ?? a.p50Ms ?? 0));
  const lines = slowest
    .slice(0, SHOWN_SHARDS)
    .map(({ node, shard, operations, errors, meanMs, p50Ms, p99Ms, maxMs }, index) => {
      const times = `mean ${milliseconds(meanMs)}  p50 ${milliseconds(p50Ms)}  p99 ${milliseconds(p99Ms)}  max ${milliseconds(maxMs)}`;
      const failed = errors > 0 ? `, ${count(errors)} failed` : '';
      return field(
        index === 0 ? 'shards' : '',
        `${node} shard ${shard}: ${count(operations)} requests${failed}, ms: ${times}`,
      );
    });
  const more = slowest.length - lines.length;
  if (more > 0) lines.push(field('', `and ${count(more)} faster ones`));
  return [...lines, ...findings.map(({ message }, index) => field(index === 0 ? 'findings' : '', message))];
}

/** A summary as text: what was measured, whether it met its thresholds, whether it can be believed. */
export function summaryText(run: Pick<Run, 'id' | 'status' | 'problem'>, summary: Summary | null): string {
  const lines = [field('run', run.id), field('status', run.status)];
  if (run.problem) lines.push(field('problem', `${run.problem.code}: ${run.problem.detail}`));
  if (!summary) return [...lines, field('result', 'nothing was measured')].join('\n');
  if (summary.simulated) lines.push(field('target', 'SIMULATED cluster: figures say nothing about a database'));
  lines.push(field('duration', `${(summary.durationMs / 1000).toFixed(1)} s`), ...operationLines(summary));
  lines.push(...mismatchLines(summary), ...reportLines(summary));
  if (summary.startSkewMs !== null) lines.push(field('start skew', `${summary.startSkewMs.toFixed(1)} ms`));
  if (summary.clientCpuUsPerOperation !== null) {
    lines.push(field('client CPU', `${summary.clientCpuUsPerOperation.toFixed(1)} µs per operation`));
  }
  lines.push(...shardLines(summary));
  lines.push(field('verdict', summary.verdict), ...summary.thresholds.map(thresholdLine));
  lines.push(field('validity', summary.validity.level));
  lines.push(...summary.validity.reasons.map(({ level, message }) => field('', `${level}: ${message}`)));
  return lines.join('\n');
}
