import type { Clock } from '#libs/load/clock.js';
import type { StorageBudget } from '../storage/budget.js';
import { booleanBytes, int32Bytes, int64Bytes, timeuuidOfMicros, type Bytes } from '../storage/bytes.js';
import { tokenOf } from '../storage/murmur3.js';
import type { Schema } from '../storage/schema.js';
import type { Partition } from '../storage/partition.js';
import { ROW_OVERHEAD_BYTES, type Row } from '../storage/row.js';
import type { Table } from '../storage/table.js';
import type { Generations } from './generations.js';
import { isLogged, LOG_SUFFIX, logTableOf, logTtlSeconds } from './log-table.js';

/** What ScyllaDB writes into cdc$operation. */
export const LOG_OPERATION = { update: 1, insert: 2, rowDelete: 3, partitionDelete: 4 } as const;

/** One change of one row, or the end of a partition. */
export interface LoggedChange {
  operation: keyof typeof LOG_OPERATION;
  /** Serialized partition key. */
  key: Bytes;
  clustering: readonly Bytes[];
  /** Cells that were written; null for those that were deleted. */
  cells: readonly { column: string; value: Bytes | null }[];
  timestampUs: number;
  ttlSeconds: number;
}

/** The last written row of a stream: what is written at the same time to the same partition belongs to its batch. */
interface Open {
  key: Bytes;
  timestampUs: number;
  time: Bytes;
  seq: number;
  row: Row;
}

/** Draws by how much a log row becomes visible late, ms; 0 for at once. */
export type LogDelay = () => number;

const PRUNE_EVERY = 1024;
const MS = 1e6;

/** Writes ScyllaDB's CDC log: a row in `<table>_scylla_cdc_log` for every change of a table that has it enabled. */
export class ChangeLog {
  private readonly open = new Map<string, Open>();
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly generations: Generations,
    private readonly schema: Schema,
    private readonly budget: StorageBudget,
    private readonly clock: Clock,
    private readonly delay: LogDelay,
  ) {}

  /** Makes, keeps or drops the log of a table that was created, altered or dropped. */
  follow(keyspace: string, name: string): void {
    const tables = this.schema.keyspaces.get(keyspace)?.tables;
    const table = tables?.get(name);
    const log = tables?.get(name + LOG_SUFFIX);
    if (tables === undefined || name.endsWith(LOG_SUFFIX)) return;
    if (table === undefined || !isLogged(table)) {
      log?.data.clear();
      tables.delete(name + LOG_SUFFIX);
    } else if (log === undefined) {
      tables.set(name + LOG_SUFFIX, logTableOf(table, this.budget));
    }
  }

  record(table: Table, change: LoggedChange): void {
    const delayMs = this.delay();
    if (delayMs <= 0) return this.append(table, change);
    const cancel = this.clock.wakeAt(this.clock.nowNs() + delayMs * MS, () => {
      this.waiting.delete(cancel);
      this.append(table, change);
    });
    this.waiting.add(cancel);
  }

  close(): void {
    for (const cancel of this.waiting) cancel();
    this.waiting.clear();
  }

  private append(table: Table, change: LoggedChange): void {
    const log = this.schema.keyspaces.get(table.keyspace)?.tables.get(table.name + LOG_SUFFIX);
    if (log === undefined) return;
    const { key, timestampUs } = change;
    const stream = this.generations.streamOf(tokenOf(key), timestampUs);
    const place = `${log.keyspace}.${log.name} ${stream}`;
    const open = this.open.get(place);
    const inBatch = open !== undefined && open.key === key && open.timestampUs === timestampUs ? open : undefined;
    const seq = inBatch === undefined ? 0 : inBatch.seq + 1;
    const time = inBatch?.time ?? timeuuidOfMicros(timestampUs);
    const partition = log.data.obtain(stream);
    const row = partition.obtain([time, int32Bytes(seq)], log.slots, log.compareClustering);
    this.fill(row, log, table, change);
    const endOfBatch = log.column('cdc$end_of_batch').slot;
    inBatch?.row.tamper(endOfBatch, null);
    this.open.set(place, { key, timestampUs, time, seq, row });
    this.budget.add(ROW_OVERHEAD_BYTES);
    if (partition.rows.length % PRUNE_EVERY === 0) this.prune(partition);
  }

  /** Lets go of rows whose time is over. */
  private prune(partition: Partition): void {
    const nowMs = this.clock.epochMs();
    const [kept, gone]: [Row[], Row[]] = [[], []];
    for (const row of partition.rows) (row.isLive(nowMs) ? kept : gone).push(row);
    for (const row of gone) this.budget.add(-row.sizeBytes() - ROW_OVERHEAD_BYTES);
    partition.rows = kept;
  }

  private fill(row: Row, log: Table, table: Table, change: LoggedChange): void {
    const expiresMs = this.clock.epochMs() + logTtlSeconds(table) * 1000;
    const put = (column: string, value: Bytes): void => {
      const found = log.find(column);
      if (found) this.budget.add(row.write(found.slot, value, change.timestampUs, expiresMs));
    };
    row.mark(change.timestampUs, expiresMs);
    put('cdc$operation', String.fromCharCode(LOG_OPERATION[change.operation]));
    put('cdc$end_of_batch', booleanBytes(true));
    if (change.ttlSeconds > 0) put('cdc$ttl', int64Bytes(BigInt(change.ttlSeconds)));
    table.keyParts(change.key).forEach((value, index) => put(table.partitionKey[index]?.name ?? '', value));
    change.clustering.forEach((value, index) => put(table.clustering[index]?.name ?? '', value));
    for (const { column, value } of change.cells) {
      if (value !== null) put(column, value);
      // A collection that is written as a whole takes the place of what was there.
      const type = table.find(column)?.type;
      if (value === null || (type !== undefined && 'frozen' in type && !type.frozen))
        put(`cdc$deleted_${column}`, booleanBytes(true));
    }
  }
}
