import type { FoundRow } from '#libs/cdc/final-state.js';
import type { KeyState } from '#libs/cdc/key-state.js';
import { LogImages } from '#libs/cdc/scylla-log/log-images.js';
import { LogReader, type LogRow } from '#libs/cdc/scylla-log/log-reader.js';
import { CodedError } from '#libs/contract/coded-error.js';
import { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import { NO_HOT_OPERATIONS, sessionOptions } from '#libs/workloads/stress/session-options.js';
import { connectionOf } from '../cdc-connection.js';
import type { CdcPipeline } from '../cdc.schema.js';
import type { WatcherParts } from './watcher.js';
import type { Watching } from './watching.js';

const RETRY_MS = 200;
/** Clocks of writers may be behind that of this executor. */
const BEFORE_MS = 1_000;

type LogPipeline = Extract<CdcPipeline, { type: 'scylla-log' }>;

const causeOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Sees changes arrive in ScyllaDB's own CDC log, by asking for what is new in it. */
export class LogWatcher implements Watching {
  readonly method = 'log';
  readonly note: string;
  /** Times are when this executor's questions found the rows. */
  readonly offset = null;
  readonly errors: Record<string, number> = {};
  private readonly images = new LogImages();
  private readonly reader: LogReader;

  private constructor(
    private readonly parts: WatcherParts,
    pipeline: LogPipeline,
    private readonly session: WireSession,
  ) {
    const { keyspace, table, key } = parts.shape.table;
    const { pollIntervalMs } = parts.input.spec.verification;
    this.note = `rows of the CDC log of ${keyspace}.${table} by polling its streams every ${pollIntervalMs} ms, so that a time is late by up to the time between two looks; a row that comes later than ${pipeline.windowMs} ms after its write is not found`;
    this.reader = new LogReader({
      ask: (cql) => session.query(cql),
      clock: systemClock,
      keyspace,
      table,
      key,
      columns: [parts.shape.table.seq, ...parts.shape.columns.map(({ name }) => name)],
      sinceMs: systemClock.epochMs() - BEFORE_MS,
      windowMs: pipeline.windowMs,
      found: (row, visibleMs) => this.found(row, visibleMs),
    });
  }

  /** Connects and reads once. Throws CodedError. */
  static async open(parts: WatcherParts, pipeline: LogPipeline): Promise<LogWatcher> {
    const { spec, source } = parts.input;
    const options = sessionOptions(source, { connection: connectionOf(spec) }, NO_HOT_OPERATIONS, (_level, message) =>
      parts.log('info', message),
    );
    const session = await WireSession.connect({ ...options, connectionsPerNode: 1 });
    const watcher = new LogWatcher(parts, pipeline, session);
    try {
      await watcher.reader.poll();
      if (watcher.reader.generations === 0) throw new Error('it has no streams; keyspaces with tablets are not read');
      return watcher;
    } catch (error) {
      await session.close();
      const { keyspace, table } = spec.table;
      throw new CodedError(
        'TARGET_REFUSED',
        `the CDC log of ${keyspace}.${table} cannot be read: ${causeOf(error)}; it takes a ScyllaDB, and a table WITH cdc = {'enabled': true}`,
      );
    }
  }

  get gapMaxMs(): number {
    return this.reader.gapMaxMs;
  }

  measureOffset(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async look(between: () => void): Promise<void> {
    await this.tried(() => this.reader.poll());
    between();
  }

  async tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.errors['verify'] = (this.errors['verify'] ?? 0) + 1;
      if (this.errors['verify'] === 1) this.parts.log('warn', `the log did not answer: ${causeOf(error)}`);
      await systemClock.sleep(RETRY_MS);
      return false;
    }
  }

  /** What the log, read to its end, makes of the rows. */
  async read(states: readonly KeyState[]): Promise<Map<number, FoundRow>> {
    const { shape, keys } = this.parts;
    const names = shape.columns.map(({ name }) => name);
    return new Map(
      states.flatMap(({ key }) => {
        const row = this.images.row(keys.text(key), shape.table.seq, names);
        return row === undefined ? [] : [[key, row] as const];
      }),
    );
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  private found(row: LogRow, visibleMs: number): void {
    const { keys, isSampled, book, shape } = this.parts;
    const key = keys.indexOf(row.key);
    if (key < 0 || !isSampled(key)) return;
    this.images.put(row);
    if (row.operation === 'delete') book.deleted(key, visibleMs);
    else book.seen(key, Number(row.cells[shape.table.seq] ?? 0), visibleMs, true);
  }
}
