import type { ApiKey } from '#libs/contract/api-key.js';

const day = (atMs: number | null): string =>
  atMs === null ? '-' : new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');

function state({ revokedAtMs, expiresAtMs }: ApiKey, nowMs: number): string {
  if (revokedAtMs !== null) return 'revoked';
  return expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'valid';
}

/** Keys as a table, one line each; times in UTC. */
export function keyTable(keys: readonly ApiKey[], nowMs: number): string {
  const head = ['ID', 'NAME', 'ROLE', 'PROJECT', 'STATE', 'CREATED', 'LAST USED', 'EXPIRES'];
  const rows = keys.map((key) => [
    key.id,
    key.name,
    key.role,
    key.projectId ?? 'all',
    state(key, nowMs),
    day(key.createdAtMs),
    day(key.lastUsedAtMs),
    day(key.expiresAtMs),
  ]);
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
