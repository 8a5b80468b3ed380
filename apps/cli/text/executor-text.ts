import type { KnownExecutor } from '../remote.js';

const stateOf = ({ alive, runId, draining }: KnownExecutor): string => {
  if (!alive) return 'silent';
  const work = runId === null ? 'idle' : `run ${runId}`;
  return draining ? `${work}, draining` : work;
};

/** One line for each executor. */
export function executorTable(executors: readonly KnownExecutor[]): string {
  if (executors.length === 0) return 'no executors: start one with tidemark executor';
  const rows = executors.map((one) => [
    one.id,
    stateOf(one),
    Object.entries(one.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
