import type { LogLine } from '#libs/contract/event.js';
import type { Clock } from '#libs/load/clock.js';
import type { Output } from './output.js';

type Entry = Omit<LogLine, 'id'>;

const FLUSH_MS = 200;
const RETRY_MS = 1000;
/** Lines that wait for the database at most; an error in every operation must not fill the memory. */
const WAITING_LINES = 1000;

interface RunLogParts {
  runId: string;
  executorId: string;
  clock: Clock;
  add(lines: readonly Entry[]): Promise<void>;
  output: Output;
}

/** The log of a run: every line goes to the process's output at once and to the store in batches. Never throws. */
export class RunLog {
  private waiting: Entry[] = [];
  /** Lines that are on their way to the store. */
  private sending = 0;
  private dropped = 0;
  private readonly closed = new AbortController();
  private pumping: Promise<void> | undefined;

  constructor(private readonly parts: RunLogParts) {}

  write(level: LogLine['level'], message: string): void {
    const { clock, runId, executorId, output } = this.parts;
    const atMs = clock.epochMs();
    output({ atMs, level, executor: executorId, run: runId, message });
    if (this.closed.signal.aborted) return;
    if (this.sending + this.waiting.length >= WAITING_LINES) this.dropped++;
    else this.waiting.push({ atMs, level, source: `executor:${executorId}`, message });
    this.pumping ??= this.pump().finally(() => (this.pumping = undefined));
  }

  /** Writes what waits, for at most `withinMs`, then takes no more for the store. */
  async close(withinMs: number): Promise<void> {
    const timer = new AbortController();
    this.closed.abort();
    const late = this.parts.clock.sleep(withinMs, timer.signal);
    if (this.waiting.length > 0) await Promise.race([this.flush().catch(() => undefined), late]);
    timer.abort();
  }

  private async pump(): Promise<void> {
    const { clock } = this.parts;
    let pauseMs = FLUSH_MS;
    while (this.waiting.length > 0 && !this.closed.signal.aborted) {
      await clock.sleep(pauseMs, this.closed.signal);
      if (this.closed.signal.aborted) return;
      pauseMs = await this.flush().then(
        () => FLUSH_MS,
        () => RETRY_MS,
      );
    }
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    this.sending = batch.length;
    try {
      const told = this.dropped;
      await this.parts.add(told > 0 ? [...batch, this.droppedLine()] : batch);
      this.dropped -= told;
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      throw error;
    } finally {
      this.sending = 0;
    }
  }

  private droppedLine(): Entry {
    const { clock, executorId } = this.parts;
    const message = `${this.dropped} more lines were not kept: the database did not take them in time`;
    return { atMs: clock.epochMs(), level: 'warn', source: `executor:${executorId}`, message };
  }
}
