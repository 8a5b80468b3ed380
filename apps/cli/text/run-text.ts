import type { Run } from '#libs/contract/run.js';

const HEADER = ['id', 'status', 'verdict', 'validity', 'kind', 'created', 'name'] as const;

/** Epoch milliseconds as ISO 8601 without the fraction. */
const instant = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

/** Runs as a table, newest first as they come. */
export function runTable(runs: readonly Run[]): string {
  const rows = runs.map((run) => [
    run.id,
    run.status,
    run.verdict,
    run.validity?.level ?? '-',
    run.kind,
    instant(run.createdAtMs),
    run.name ?? '',
  ]);
  const widths = HEADER.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [HEADER, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
