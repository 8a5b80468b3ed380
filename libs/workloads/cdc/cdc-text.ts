import type { CdcTarget } from '#libs/contract/cdc-target.js';
import type { CdcReport, CdcSpec } from './cdc.schema.js';

const RULE = '='.repeat(64);
const count = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(1));

/** What is said before the first write. */
export function headLines(spec: CdcSpec, target: CdcTarget): string[] {
  const { ratePerSecond, durationMs, table, verification, pipeline, weights } = spec;
  const where =
    pipeline.type === 'embedded'
      ? 'SIMULATED pipeline: simulator, relay and PostgreSQL are part of this run'
      : pipeline.type === 'scylla-log'
        ? `${target.contactPoints.join(', ')}: ScyllaDB's CDC log alone`
        : `${target.contactPoints.join(', ')} -> PostgreSQL ${target.sink?.host ?? ''}:${target.sink?.port ?? ''}/${target.sink?.database ?? ''}`;
  return [
    RULE,
    `CDC benchmark: ${count(ratePerSecond)} events/s for ${durationMs / 1000} s (insert/update/delete ${weights.insert}/${weights.update}/${weights.delete})`,
    where,
    `${table.keyspace}.${table.table} -> ${pipeline.type === 'scylla-log' ? `${table.table}_scylla_cdc_log` : `${table.sinkSchema}.${table.sinkTable}`}; ${percent(verification.sampleShare)} of the keys verified`,
    RULE,
  ];
}

const figures = (name: string, { p50Ms, p95Ms, p99Ms, maxMs }: CdcReport['fromAck']): string =>
  `${name} p50 ${ms(p50Ms)}  p95 ${ms(p95Ms)}  p99 ${ms(p99Ms)}  max ${ms(maxMs)}`;

/** What a cdc run has found, by name and text. */
export function reportRows(report: CdcReport): [string, string][] {
  const { written, outcomes, wrongRows, clock, simulated, unverifiedBy } = report;
  const events = written.insert + written.update + written.delete;
  const wrong = Object.entries(wrongRows).map(([name, rows]) => `${count(rows)} ${name}`);
  const rows: [string, string][] = [
    [
      'written',
      `${count(events)} events (${count(written.insert)} inserts, ${count(written.update)} updates, ${count(written.delete)} deletes), ${count(Math.round(report.eventsPerSecond))} events/s, ${percent(report.errorShare)} failed`,
    ],
    ['verified by', `${report.method}: ${report.methodNote}`],
    [
      'verified',
      `${percent(report.verifiedShare)} of ${count(report.sampledChanges)} sampled changes of ${count(report.sampledKeys)} keys`,
    ],
    [
      'outcomes',
      `${count(outcomes.timed)} timed, ${count(outcomes.superseded)} superseded (${count(report.unseen)} of rows that were never seen), ${count(outcomes.unknown)} unknown, ${count(outcomes.unverified)} unverified (${count(unverifiedBy.deadline)} after the deadline, ${count(unverifiedBy.backlog)} beyond the backlog, ${count(unverifiedBy.notFollowed)} not followed), ${count(outcomes.lost)} lost`,
    ],
    ['replication', figures('ms from acknowledgement:', report.fromAck)],
    ['', figures('ms from intended start:', report.fromDue)],
    ['', `${count(report.negativeFromAck)} were visible before their acknowledgement`],
    ['wrong rows', report.wrongRowCount === 0 ? 'none: every sampled row ended as it was written' : wrong.join(', ')],
    [
      'seen',
      `${report.duplicates === null ? 'duplicates not visible' : `${count(report.duplicates)} duplicates`}, ${count(report.reordered)} earlier states, ${count(report.reappearances)} reappeared, ${count(report.unexpectedDeletes)} deleted by others, ${count(report.vanished)} vanished`,
    ],
    [
      'drain',
      `${(report.drainMs / 1000).toFixed(1)} s${report.drained ? '' : ', ended by its deadline'}; at most ${count(report.queueDepthMax)} changes waited`,
    ],
  ];
  if (report.pollGapMaxMs !== null)
    rows.push(['polling', `two looks at a key at most ${ms(report.pollGapMaxMs)} ms apart`]);
  if (clock !== null)
    rows.push([
      'clocks',
      `PostgreSQL ${clock.offsetMs.toFixed(2)} ms ahead, to within ${clock.errorMs.toFixed(2)} ms${clock.driftMs === null ? '' : `, ${clock.driftMs.toFixed(2)} ms more at the end`}`,
    ]);
  const period = report.commitlogSyncPeriodMs === null ? '' : `${count(report.commitlogSyncPeriodMs)} ms: `;
  rows.push(['commit log', `${period}${report.commitlogNote}`]);
  if (simulated !== null)
    rows.push([
      'SIMULATED',
      `the relay applied ${count(simulated.applied)} changes, lost ${count(simulated.lost)}, repeated ${count(simulated.duplicated)}, reordered ${count(simulated.reordered)}`,
    ]);
  return rows;
}

/** The same as lines. */
export const footLines = (report: CdcReport): string[] => [
  RULE,
  ...reportRows(report).map(([name, text]) => `${name.padEnd(14)}${text}`),
  RULE,
];
