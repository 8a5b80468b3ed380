import type { Clock } from '#libs/load/clock.js';
import { type CqlValue, textOf } from '#libs/cql/column-type.js';
import { type Ask, LogStreams, type StreamSet } from './log-streams.js';
import { firstTimeuuid, microsOf } from './timeuuid.js';

/** A row of the log: one change of one row. */
export interface LogRow {
  operation: 'write' | 'delete';
  key: string;
  /** When the change was written, epoch microseconds. */
  writtenMicros: number;
  /** Columns that it wrote; null for those that it emptied. */
  cells: Readonly<Record<string, CqlValue>>;
}

export interface LogReaderOptions {
  ask: Ask;
  clock: Pick<Clock, 'nowNs' | 'toEpochMs' | 'epochMs'>;
  keyspace: string;
  table: string;
  /** The partition key, one column. */
  key: string;
  /** The columns that are read. */
  columns: readonly string[];
  /** What was written before is left out, epoch milliseconds. */
  sinceMs: number;
  /** How long after it was written a row may still become visible and be found. */
  windowMs: number;
  /** Told of every row once; `visibleMs` is the middle of the question that found it. */
  found: (row: LogRow, visibleMs: number) => void;
}

/** cdc$operation; the others are images and the ends of deleted ranges. */
const OPERATIONS: Readonly<Record<number, LogRow['operation']>> = { 1: 'write', 2: 'write', 3: 'delete', 4: 'delete' };
const STREAMS_PER_QUESTION = 64;
/** Rows are looked for this far before the last one that was found: clocks of writers differ a little. */
const OVERLAP_MS = 250;
/** The whole window is read again so many times while a row is in it. */
const SWEEPS_PER_WINDOW = 4;
/** How often new generations are looked for. */
const GENERATIONS_EVERY_MS = 1_000;

const quoted = (name: string): string => `"${name}"`;

/**
 * Reads ScyllaDB's CDC log of a table by polling: each time what is newer than what was found last, and now and then the
 * whole window again, for rows that have become visible behind what was read already. (The usual clients stay 30 s behind
 * instead, and so cannot see how long the log itself takes.)
 */
export class LogReader {
  /** Longest time between two questions: bounds the error of every time. */
  gapMaxMs = 0;
  /** Rows that a question for new ones had missed, and a sweep has found. */
  late = 0;
  generations = 0;
  private readonly streams: LogStreams;
  private sets: readonly StreamSet[] = [];
  private readonly select: string;
  /** Rows of the window that were told of, with when they were written. */
  private readonly seen = new Map<string, number>();
  private newestMs: number;
  private sweepAtMs = 0;
  private generationsAtMs = 0;
  private askedMs: number | undefined;

  constructor(private readonly options: LogReaderOptions) {
    const { keyspace, table, key, columns, ask, sinceMs } = options;
    const names = [key, ...columns, ...columns.map((name) => `cdc$deleted_${name}`)];
    const own = ['cdc$stream_id', 'cdc$time', 'cdc$batch_seq_no', 'cdc$operation'];
    const list = [...own, ...names].map(quoted).join(', ');
    this.select = `SELECT ${list} FROM ${quoted(keyspace)}.${quoted(`${table}_scylla_cdc_log`)}`;
    this.streams = new LogStreams(ask);
    this.newestMs = sinceMs;
  }

  /** Asks all streams once. Throws what the server says. */
  async poll(): Promise<void> {
    const { clock, sinceMs, windowMs } = this.options;
    const nowMs = clock.epochMs();
    if (nowMs >= this.generationsAtMs) {
      this.generationsAtMs = nowMs + GENERATIONS_EVERY_MS;
      this.sets = await this.streams.since(Math.max(sinceMs, nowMs - windowMs));
      this.generations = Math.max(this.generations, this.sets.length);
    }
    const isSweep = nowMs >= this.sweepAtMs;
    if (isSweep) this.sweepAtMs = nowMs + windowMs / SWEEPS_PER_WINDOW;
    const fromMs = Math.max(sinceMs, isSweep ? nowMs - windowMs : this.newestMs - OVERLAP_MS);
    if (this.askedMs !== undefined) this.gapMaxMs = Math.max(this.gapMaxMs, nowMs - this.askedMs);
    this.askedMs = nowMs;
    const newestMs = this.newestMs;
    for (const { streams, fromMs: beganMs, untilMs = Infinity } of this.sets) {
      // Streams of the next generation are there before they are written to; those of the last stay until read to their end.
      if (beganMs > nowMs + windowMs || untilMs < fromMs) continue;
      for (let at = 0; at < streams.length; at += STREAMS_PER_QUESTION)
        await this.question(streams.slice(at, at + STREAMS_PER_QUESTION), fromMs, isSweep ? newestMs : undefined);
    }
    if (isSweep) this.forget(nowMs - windowMs - OVERLAP_MS);
  }

  /** `newestMs`: what is older, and new to us, was missed before. */
  private async question(streams: readonly string[], fromMs: number, newestMs: number | undefined): Promise<void> {
    const { ask, clock, found, key } = this.options;
    const where = `"cdc$stream_id" IN (${streams.join(', ')}) AND "cdc$time" >= ${firstTimeuuid(fromMs)}`;
    const beganNs = clock.nowNs();
    const rows = await ask(`${this.select} WHERE ${where}`);
    const visibleMs = clock.toEpochMs((beganNs + clock.nowNs()) / 2);
    for (const row of rows) {
      const time = textOf(row['cdc$time']);
      const stream = row['cdc$stream_id'];
      const id = `${Buffer.isBuffer(stream) ? stream.toString('hex') : ''} ${time} ${textOf(row['cdc$batch_seq_no'])}`;
      if (this.seen.has(id)) continue;
      const writtenMicros = microsOf(time);
      this.seen.set(id, writtenMicros / 1000);
      this.newestMs = Math.max(this.newestMs, writtenMicros / 1000);
      if (newestMs !== undefined && writtenMicros / 1000 < newestMs - OVERLAP_MS) this.late++;
      const operation = OPERATIONS[Number(row['cdc$operation'])];
      if (operation !== undefined)
        found({ operation, key: textOf(row[key]), writtenMicros, cells: this.cellsOf(row) }, visibleMs);
    }
  }

  private cellsOf(row: Readonly<Record<string, CqlValue>>): Record<string, CqlValue> {
    const cells: Record<string, CqlValue> = {};
    for (const name of this.options.columns) {
      const value = row[name] ?? null;
      // A value that is null and not deleted was not touched.
      if (value !== null || row[`cdc$deleted_${name}`] === true) cells[name] = value;
    }
    return cells;
  }

  private forget(beforeMs: number): void {
    for (const [id, writtenMs] of this.seen) if (writtenMs < beforeMs) this.seen.delete(id);
  }
}
