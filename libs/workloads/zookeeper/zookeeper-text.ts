import { type LocustRow, PERCENTILES } from './locust-fold.js';
import { mixOf } from './task-sets.js';
import type { ZookeeperReport, ZookeeperSpec } from './zookeeper.schema.js';

const NAME = 28;
const FIGURE = 8;
const RULE = '-'.repeat(NAME + 1 + FIGURE * (PERCENTILES.length + 1));

const shown = (ms: number): string => (ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0));
const cell = (text: string | number): string => String(text).padStart(FIGURE);
const name = (text: string): string => ` ${text.padEnd(NAME)}`;

/** What is said before the first operation. */
export function headLines(spec: ZookeeperSpec, servers: readonly string[]): string[] {
  const { clients, lanes, waitMs, spawnPerSecond, keySizeBytes, valueSizeBytes } = spec;
  const mix = mixOf(spec)
    .map((one) => `${one.name} ${one.weight}`)
    .join(', ');
  const spawn = spawnPerSecond === undefined ? '' : `, ${spawnPerSecond} new ones a second`;
  return [
    `Task set ${spec.taskSet ?? 'own'} (${mix}) on ${servers.join(',')}${spec.chroot ?? ''}`,
    `${clients} clients per executor on ${lanes} threads${spawn}; wait ${waitMs.min} to ${waitMs.max} ms; keys of ${keySizeBytes}, values of ${valueSizeBytes} bytes`,
    '',
  ];
}

/** One line of an interval. */
export function intervalLine(rows: readonly LocustRow[], atSeconds: number, seconds: number): string {
  const total = rows.at(-1);
  if (total === undefined) return `${atSeconds.toFixed(1)} s: no operation ended`;
  const perSecond = seconds > 0 ? total.requests / seconds : 0;
  return `${atSeconds.toFixed(1)} s: ${perSecond.toFixed(0)} req/s, ${total.failures} failures, median ${shown(total.medianMs)} ms, max ${shown(total.maxMs)} ms`;
}

/** Locust's two tables and what became of the sessions. */
export function footLines(rows: readonly LocustRow[], report: ZookeeperReport | undefined, seconds: number): string[] {
  const head = ['# reqs', '# fails', 'Avg', 'Min', 'Max', 'Median', 'req/s'];
  const table = rows.map((row) =>
    [
      name(row.name),
      cell(row.requests),
      cell(row.failures),
      ...[row.averageMs, row.minMs, row.maxMs, row.medianMs].map((ms) => cell(shown(ms))),
      cell((seconds > 0 ? row.requests / seconds : 0).toFixed(1)),
    ].join(' '),
  );
  const tails = rows.map((row) =>
    [name(row.name), cell(row.requests), ...row.percentilesMs.map((ms) => cell(shown(ms)))].join(''),
  );
  return [
    '',
    [name('Name'), ...head.map(cell)].join(' '),
    RULE,
    ...withTotal(table),
    '',
    'Percentage of the requests completed within given times (ms)',
    [name('Name'), cell('# reqs'), ...PERCENTILES.map((percentile) => cell(`${percentile}%`))].join(''),
    RULE,
    ...withTotal(tails),
    ...errorLines(rows),
    ...(report ? sessionLines(report) : []),
  ];
}

const withTotal = (lines: readonly string[]): string[] => [...lines.slice(0, -1), RULE, ...lines.slice(-1)];

function errorLines(rows: readonly LocustRow[]): string[] {
  const lines = rows
    .slice(0, -1)
    .flatMap((row) => Object.entries(row.errors).map(([error, count]) => `${name(row.name)}${cell(count)}  ${error}`));
  return lines.length === 0 ? [] : ['', 'Error report', `${name('Name')}${cell('#')}  class`, ...lines];
}

function sessionLines(report: ZookeeperReport): string[] {
  const { connectionLosses, sessionsExpired, sessionsMoved, watchesRearmed, recovery, outages, leaderChanges } = report;
  const lines = ['', `${report.sessions} sessions; ${connectionLosses} connections lost`];
  if (connectionLosses > 0)
    lines.push(
      `${sessionsMoved} sessions moved to another server, ${sessionsExpired} expired, ${watchesRearmed} watches armed again`,
      `time to recover: ${recovery.meanMs.toFixed(0)} ms on average, ${recovery.maxMs.toFixed(0)} ms at most`,
    );
  for (const { startMs, recoveredMs, sessions } of outages)
    lines.push(
      `outage at ${new Date(startMs).toISOString()}: ${sessions} sessions, ${recoveredMs === null ? 'not recovered' : `recovered after ${recoveredMs.toFixed(0)} ms`}`,
    );
  if (report.samples > 0)
    lines.push(
      `servers asked ${report.samples} times (${report.failedSamples} failed), ${leaderChanges} changes of the leader`,
    );
  return lines;
}
