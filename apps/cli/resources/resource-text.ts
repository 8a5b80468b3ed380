import { textTable } from '#libs/workloads/parent/text-table.js';
import type { Resource } from './resource-remote.js';

function cell(name: string, value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (name === 'nextFires') return Array.isArray(value) ? cell('nextFireAtMs', value[0]) : '-';
  if (name.endsWith('AtMs') && typeof value === 'number') return `${new Date(value).toISOString().slice(0, 19)}Z`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Resources as a table, one line each; times in UTC. */
export const resourceTable = (items: readonly Resource[], columns: readonly string[]): string =>
  textTable(
    [
      columns.map((name) => name.replace(/Ms$/, '')),
      ...items.map((item) => columns.map((name) => cell(name, item[name]))),
    ],
    new Set(),
  ).join('\n');
