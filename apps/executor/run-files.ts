import type { Clock } from '#libs/load/clock.js';
import type { ArtifactStore } from '#libs/store/artifact-port.js';
import { retry } from './retry.js';
import { within } from './waiting.js';

export interface RunFilesParts {
  runId: string;
  source: string;
  store: ArtifactStore;
  clock: Clock;
  withinMs: number;
  log: (level: 'warn', message: string) => void;
}

/** More waits only for a database that is away. */
const MOST_WAITING = 1_000;

/** Files and annotations of a shard on their way to the store, in order; load never waits for them. */
export class RunFiles {
  private readonly partsOf = new Map<string, number>();
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private lost = 0;

  constructor(private readonly parts: RunFilesParts) {}

  /** Adds a piece to a file. */
  append(name: string, type: string, text: string): void {
    const { runId, store, clock } = this.parts;
    if (this.isFull()) return;
    const part = this.partsOf.get(name) ?? 0;
    this.partsOf.set(name, part + 1);
    const atMs = clock.epochMs();
    this.add(() => store.append(runId, { name, type, part, atMs, text }));
  }

  annotate(atMs: number, label: string): void {
    const { runId, store, source } = this.parts;
    if (this.isFull()) return;
    this.add(() => store.annotate(runId, { atMs, label, source }));
  }

  /** Waits until all is written, at most so long. */
  async drain(withinMs: number): Promise<void> {
    await within(this.parts.clock, withinMs, this.tail);
  }

  private isFull(): boolean {
    if (this.waiting < MOST_WAITING) return false;
    if (this.lost++ === 0)
      this.parts.log('warn', 'the database does not take files of the run; pieces of them are lost');
    return true;
  }

  private add(work: () => Promise<unknown>): void {
    const { clock, withinMs, log } = this.parts;
    this.waiting++;
    this.tail = this.tail
      .then(() => retry(work, { clock, withinMs, failed: () => undefined }))
      .then(
        () => undefined,
        (error: unknown) =>
          log(
            'warn',
            `a file of the run could not be written: ${error instanceof Error ? error.message : String(error)}`,
          ),
      )
      .finally(() => {
        this.waiting--;
      });
  }
}
