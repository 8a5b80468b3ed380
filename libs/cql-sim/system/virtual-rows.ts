import { StorageBudget } from '../storage/budget.js';
import { listBytes, mapBytes, textBytes, type Bytes } from '../storage/bytes.js';
import type { Table } from '../storage/table.js';
import { TableData } from '../storage/table-data.js';

/** One row of a virtual table, by column name; columns not named are null. */
export type VirtualRow = Readonly<Record<string, Bytes | null>>;

/** Stores rows so that any SELECT can run over them. */
export function dataOf(table: Table, rows: readonly VirtualRow[]): TableData {
  const data = new TableData(new StorageBudget(Number.MAX_SAFE_INTEGER));
  for (const values of rows) {
    const key = table.serializeKey(table.partitionKey.map(({ name }) => values[name] ?? ''));
    const clustering = table.clustering.map(({ name }) => values[name] ?? '');
    const row = data.obtain(key).obtain(clustering, table.slots, table.compareClustering);
    row.mark(1, 0);
    for (const { name, slot } of table.columns) {
      const value = values[name];
      if (slot >= 0 && value !== undefined) row.write(slot, value, 1, 0);
    }
  }
  return data;
}

export const textSet = (items: readonly string[]): Bytes => listBytes([...items].sort().map(textBytes));

export const textMap = (entries: ReadonlyMap<string, string>): Bytes =>
  mapBytes(
    [...entries].sort(([left], [right]) => (left < right ? -1 : 1)).map(([k, v]) => [textBytes(k), textBytes(v)]),
  );
