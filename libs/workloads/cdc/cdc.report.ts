import { joinLatencies } from './cdc-latency.js';
import type { CdcReport } from './cdc.schema.js';

const SUMS = [
  'failedWrites',
  'eventsPerSecond',
  'sampledKeys',
  'sampledChanges',
  'unseen',
  'negativeFromAck',
  'wrongRowCount',
  'vanished',
  'reordered',
  'reappearances',
  'unexpectedDeletes',
] as const;

const most = (values: readonly (number | null)[]): number | null => {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : Math.max(...there);
};

function sumRecords<K extends string>(all: readonly Readonly<Record<K, number>>[]): Record<K, number> {
  const sum: Partial<Record<K, number>> = {};
  for (const one of all) for (const name in one) sum[name] = (sum[name] ?? 0) + one[name];
  return sum as Record<K, number>;
}

/** One report of several executors; undefined for none. */
export function joinCdc(reports: readonly CdcReport[]): CdcReport | undefined {
  const [first, ...others] = reports;
  if (first === undefined || others.length === 0) return first;
  const joined = { ...first };
  for (const name of SUMS) joined[name] = reports.reduce((sum, report) => sum + report[name], 0);
  joined.written = sumRecords(reports.map(({ written }) => written));
  joined.outcomes = sumRecords(reports.map(({ outcomes }) => outcomes));
  joined.unverifiedBy = sumRecords(reports.map(({ unverifiedBy }) => unverifiedBy));
  joined.wrongRows = sumRecords(reports.map(({ wrongRows }) => wrongRows));
  joined.sinkErrors = sumRecords(reports.map(({ sinkErrors }) => sinkErrors));
  for (const name of ['fromAck', 'fromSend', 'fromDue'] as const)
    joined[name] = joinLatencies(reports.map((report) => report[name]));
  const written = joined.written.insert + joined.written.update + joined.written.delete;
  joined.errorShare = written + joined.failedWrites === 0 ? 0 : joined.failedWrites / (written + joined.failedWrites);
  const { timed, superseded, unknown } = joined.outcomes;
  const judged = joined.sampledChanges - unknown - joined.unseen;
  joined.verifiedShare = judged === 0 ? 0 : (timed + superseded - joined.unseen) / judged;
  joined.queueDepthMax = Math.max(...reports.map(({ queueDepthMax }) => queueDepthMax));
  joined.drainMs = Math.max(...reports.map(({ drainMs }) => drainMs));
  joined.drained = reports.every(({ drained }) => drained);
  joined.pollGapMaxMs = most(reports.map(({ pollGapMaxMs }) => pollGapMaxMs));
  joined.duplicates = reports.some(({ duplicates }) => duplicates === null)
    ? null
    : reports.reduce((sum, { duplicates }) => sum + (duplicates ?? 0), 0);
  // The least certain of the clocks.
  joined.clock = reports
    .map(({ clock }) => clock)
    .reduce((worst, clock) => (worst === null || (clock !== null && clock.errorMs > worst.errorMs) ? clock : worst));
  const simulated = reports.flatMap((report) => report.simulated ?? []);
  joined.simulated = simulated.length === 0 ? null : sumRecords(simulated);
  return joined;
}
