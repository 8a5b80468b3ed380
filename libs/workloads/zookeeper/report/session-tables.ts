import { msText } from '#libs/report/number-text.js';
import { sectionOf, tableOf } from '#libs/report/page.js';
import type { ReportRun } from './report-run.js';

const HEAD = [
  'Run',
  'Sessions',
  'Connections lost',
  'Moved',
  'Expired',
  'Watches re-armed',
  'Recovery ms, mean',
  'max',
  'Leader changes',
];

/** What became of the sessions, and how long they were without a connection. */
export function sessionTables(runs: readonly Pick<ReportRun, 'label' | 'startMs' | 'sessions'>[]): string {
  const sessions = runs.flatMap(({ label, sessions: found }) =>
    found === null
      ? []
      : [
          [
            label,
            ...[
              found.sessions,
              found.connectionLosses,
              found.sessionsMoved,
              found.sessionsExpired,
              found.watchesRearmed,
            ].map(String),
            ...(found.recovery.count === 0 ? ['', ''] : [found.recovery.meanMs, found.recovery.maxMs].map(msText)),
            String(found.leaderChanges),
          ],
        ],
  );
  const outages = runs.flatMap(({ label, startMs, sessions: found }) =>
    (found?.outages ?? []).map((outage) => [
      label,
      `${((outage.startMs - startMs) / 1000).toFixed(1)} s`,
      String(outage.sessions),
      outage.recoveredMs === null ? 'not recovered' : `${msText(outage.recoveredMs)} ms`,
    ]),
  );
  return [
    sectionOf('Sessions', tableOf(HEAD, sessions)),
    sectionOf('Outages', tableOf(['Run', 'At', 'Sessions', 'Time to recover'], outages)),
  ].join('');
}
