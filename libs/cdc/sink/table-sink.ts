import type { Clock } from '#libs/load/clock.js';
import { type Change, type LogPlace, PoisonError } from './change.js';
import { decodeEvent } from './decode-event.js';
import { fold, type Step } from './fold.js';
import type { SinkCounts } from './sink-counts.js';
import { type Statement, TableStatements } from './statements.js';
import { type SinkMode, tableProblem, type TargetTable } from './target-table.js';

/** One message of a topic. */
export interface Message {
  key: Buffer | null;
  value: Buffer | null;
}

/** A value that the database will never take, whatever is tried again. */
export class RefusedError extends Error {}

/** Where rows go. */
export interface TargetDatabase {
  /** The table as it is now; throws where there is none. */
  describe(table: string): Promise<TargetTable>;
  /** All in one transaction. Throws a RefusedError for values that do not fit, other errors for what may pass. */
  apply(statements: readonly Statement[]): Promise<void>;
}

/** Where messages go that can never be applied. */
export interface DeadLetters {
  send(message: Message, reason: string): Promise<void>;
}

export interface TableSinkParts {
  /** Of PostgreSQL. */
  table: string;
  mode: SinkMode;
  database: TargetDatabase;
  deadLetters: DeadLetters;
  counts: SinkCounts;
  clock: Clock;
  signal: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

interface Decoded {
  message: Message;
  change: Change;
}

const isBefore = (place: LogPlace, other: LogPlace): boolean =>
  place.segment < other.segment || (place.segment === other.segment && place.position < other.position);

/** Takes the messages of one topic to one table, in their order and at least once. */
export class TableSink {
  private statements: TableStatements | undefined;
  private furthest: LogPlace = { segment: 0, position: 0 };

  constructor(private readonly parts: TableSinkParts) {}

  /** Ends when all are in the table, or among the dead letters; throws only when the sink has to stop. */
  async apply(messages: readonly Message[]): Promise<void> {
    const decoded: Decoded[] = [];
    for (const message of messages) {
      try {
        const change = decodeEvent(message.key, message.value);
        if (change !== undefined) decoded.push({ message, change: this.counted(change) });
      } catch (error) {
        if (!(error instanceof PoisonError)) throw error;
        await this.bury(message, error.message);
      }
    }
    if (decoded.length > 0) await this.put(decoded);
    this.parts.counts.batches++;
  }

  private counted(change: Change): Change {
    const { counts } = this.parts;
    counts[change.op]++;
    if (isBefore(change.place, this.furthest)) counts.redelivered++;
    else this.furthest = change.place;
    return change;
  }

  private async put(decoded: readonly Decoded[]): Promise<void> {
    const { counts, mode } = this.parts;
    const changes = decoded.map(({ change }) => change);
    const { steps, merged } = fold(changes, mode.guard === 'none');
    try {
      await this.persist(steps);
      counts.merged += merged;
      counts.writtenMicros = Math.max(counts.writtenMicros, ...changes.map(({ writtenMicros }) => writtenMicros));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const [only] = decoded;
      if (decoded.length === 1 && only) return this.bury(only.message, error.message);
      // One by one, to find the one that does not fit.
      for (const one of decoded) await this.put([one]);
    }
  }

  /** Tries until the database has taken it. */
  private async persist(steps: readonly Step[]): Promise<void> {
    const { clock, counts, database, signal } = this.parts;
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_MS)) {
      try {
        this.statements ??= await this.describe();
        const { statements } = this;
        await database.apply(steps.flatMap((step) => statements.of(step)));
        counts.lastError = null;
        return;
      } catch (error) {
        if (error instanceof RefusedError) throw error;
        // The table may have been made anew.
        this.statements = undefined;
        counts.retries++;
        counts.lastError = error instanceof Error ? error.message : String(error);
        if (signal.aborted) throw error;
        await clock.sleep(delayMs, signal);
      }
    }
  }

  private async describe(): Promise<TableStatements> {
    const { database, mode, table } = this.parts;
    const found = await database.describe(table);
    const problem = tableProblem(found, mode);
    if (problem !== undefined) throw new Error(problem);
    return new TableStatements(found, mode);
  }

  private async bury(message: Message, reason: string): Promise<void> {
    await this.parts.deadLetters.send(message, reason);
    this.parts.counts.dead++;
    this.parts.counts.lastDead = reason;
  }
}
