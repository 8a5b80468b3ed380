import type { Bytes } from '../storage/bytes.js';
import type { Partition } from '../storage/partition.js';
import { ROW_OVERHEAD_BYTES, type Row } from '../storage/row.js';
import type { Table } from '../storage/table.js';
import type { TableData } from '../storage/table-data.js';
import type { CellChange } from './assignment.js';
import type { Call } from './call.js';

/** Writes the cells of an INSERT or UPDATE. */
export class CellWriter {
  private readonly slots: Int32Array;
  private readonly values: (Bytes | null | undefined)[];
  /** Only static cells are written, and no row is named. */
  readonly needsNoRow: boolean;

  constructor(
    private readonly table: Table,
    private readonly changes: readonly CellChange[],
    private readonly isInsert: boolean,
    namesClustering: boolean,
  ) {
    this.slots = Int32Array.from(changes, ({ column }) => column.slot);
    this.values = changes.map(() => undefined);
    const onlyStatics = changes.length > 0 && changes.every(({ column }) => column.kind === 'static');
    this.needsNoRow = onlyStatics && !namesClustering && table.clustering.length > 0;
  }

  /** Works all values out before anything is stored, so that a bad one leaves no half-written row. */
  private evaluate(call: Call, partition: Partition | undefined, row: Row | undefined): number {
    const { changes, values } = this;
    let bytes = 0;
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i];
      if (!change) continue;
      let stored: Bytes | null = null;
      if (change.readsStored) {
        const holder = change.column.kind === 'static' ? partition?.statics : row;
        stored = holder?.read(change.column.slot, call.wallMs) ?? null;
      }
      const value = change.value(call, stored);
      values[i] = value;
      bytes += value?.length ?? 0;
    }
    return bytes;
  }

  /** What the last `write` wrote, by column. */
  written(): { column: string; value: Bytes | null }[] {
    return this.changes.flatMap(({ column }, index) => {
      const value = this.values[index];
      return value === undefined ? [] : [{ column: column.name, value }];
    });
  }

  write(call: Call, data: TableData, key: Bytes, clustering: Bytes[], timestampUs: number, expiresMs: number): void {
    const { table, changes, slots, values } = this;
    const compare = table.compareClustering;
    const before = data.get(key);
    const existing = before?.find(clustering, compare);
    data.requireRoom(this.evaluate(call, before, existing) + ROW_OVERHEAD_BYTES, existing);
    const partition = before ?? data.obtain(key);
    const rowsBefore = partition.rows.length;
    const row = this.needsNoRow ? null : partition.obtain(clustering, table.slots, compare);
    let grown = (partition.rows.length - rowsBefore) * ROW_OVERHEAD_BYTES;
    for (let i = 0; i < changes.length; i++) {
      const value = values[i];
      if (value === undefined) continue;
      const change = changes[i];
      const holder = change?.column.kind === 'static' ? partition.obtainStatics(table.slots) : row;
      // An increment counts whatever its write time is.
      const isMerge = change?.readsStored === true;
      const slot = slots[i] ?? 0;
      grown += isMerge
        ? (holder?.merge(slot, value, timestampUs) ?? 0)
        : (holder?.write(slot, value, timestampUs, expiresMs) ?? 0);
    }
    if (this.isInsert) row?.mark(timestampUs, expiresMs);
    data.budget.add(grown);
  }
}
