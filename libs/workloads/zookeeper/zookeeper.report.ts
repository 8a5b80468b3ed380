import { SHOWN_OUTAGES } from './recovery.js';
import type { Outage, ZookeeperReport } from './zookeeper.schema.js';

const SUMS = [
  'sessions',
  'connectionLosses',
  'sessionsExpired',
  'sessionsMoved',
  'watchesRearmed',
  'leaderChanges',
  'samples',
  'failedSamples',
] as const;

/** Outages of several lanes that overlap are one. */
function joinOutages(all: readonly Outage[]): Outage[] {
  const joined: Outage[] = [];
  for (const outage of all.toSorted((one, other) => one.startMs - other.startMs)) {
    const last = joined.at(-1);
    const lastEndMs = last && (last.recoveredMs === null ? Infinity : last.startMs + last.recoveredMs);
    if (last === undefined || lastEndMs === undefined || outage.startMs > lastEndMs) joined.push({ ...outage });
    else {
      const endMs = outage.recoveredMs === null ? Infinity : outage.startMs + outage.recoveredMs;
      const latestMs = Math.max(lastEndMs, endMs);
      last.recoveredMs = latestMs === Infinity ? null : latestMs - last.startMs;
      last.sessions += outage.sessions;
    }
  }
  return joined.slice(0, SHOWN_OUTAGES);
}

/** One report of several lanes or executors; undefined for none. */
export function joinZookeeper(reports: readonly ZookeeperReport[]): ZookeeperReport | undefined {
  const [first] = reports;
  if (first === undefined) return undefined;
  const joined = { ...first };
  for (const name of SUMS) joined[name] = reports.reduce((sum, report) => sum + report[name], 0);
  const count = reports.reduce((sum, { recovery }) => sum + recovery.count, 0);
  const allMs = reports.reduce((sum, { recovery }) => sum + recovery.count * recovery.meanMs, 0);
  joined.recovery = {
    count,
    meanMs: count === 0 ? 0 : allMs / count,
    maxMs: Math.max(...reports.map(({ recovery }) => recovery.maxMs)),
  };
  joined.outages = joinOutages(reports.flatMap(({ outages }) => outages));
  return joined;
}
