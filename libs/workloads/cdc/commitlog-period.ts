import type { WireSession } from '#libs/cql/session.js';

/** Its name up to Cassandra 4.0, in milliseconds without a unit, and since 4.1, as a duration. */
const OLD = 'commitlog_sync_period_in_ms';
const NEW = 'commitlog_sync_period';
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `10000ms`, `10s` or a bare number of milliseconds; null for anything else. */
export function periodMs(text: string): number | null {
  const [, digits, unit = 'ms'] = /^(\d+)\s*(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  return digits === undefined ? null : Number(digits) * (MS[unit] ?? 1);
}

const NOTE =
  'a durable pipeline reads what the commit log has synced, so that a change waits half of this period at the median and all of it at P95';

/** How often the source makes its commit log durable; null where it does not say. Never throws. */
export async function commitlogPeriod(
  session: Pick<WireSession, 'query'>,
): Promise<{ commitlogSyncPeriodMs: number | null; commitlogNote: string }> {
  for (const name of [NEW, OLD]) {
    const rows = await session.query(`SELECT value FROM system_views.settings WHERE name = '${name}'`).catch(() => []);
    const value = rows[0]?.['value'];
    if (typeof value !== 'string') continue;
    const ms = periodMs(value);
    if (ms !== null) return { commitlogSyncPeriodMs: ms, commitlogNote: `${NOTE} (${name} = ${value})` };
  }
  return {
    commitlogSyncPeriodMs: null,
    commitlogNote:
      'the source does not say how often it syncs its commit log (Cassandra 4.0 and later do, in system_views.settings)',
  };
}
