import type { ChangeBook } from '#libs/cdc/change-book.js';
import { type ClockOffset, clockOffset } from '#libs/cdc/postgres/clock-offset.js';
import { type Cell, causeOf, SinkClient, type SinkErrorClass } from '#libs/cdc/postgres/sink-client.js';
import { slotProblem, SlotStream } from '#libs/cdc/postgres/slot-stream.js';
import type { RowKeys } from '#libs/cdc/row-key.js';
import type { RowShape } from '#libs/cdc/row-shape.js';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Sink } from '#libs/contract/sink.js';
import { systemClock } from '#libs/load/clock.js';
import type { FoundRow } from '#libs/cdc/final-state.js';
import type { KeyState } from '#libs/cdc/key-state.js';
import { Sightings } from './sightings.js';
import type { Watching } from './watching.js';
import type { VerifierInput } from './message.js';

const RETRY_MS = 200;

export interface WatcherParts {
  input: VerifierInput;
  shape: RowShape;
  keys: RowKeys;
  book: ChangeBook;
  isSampled: (key: number) => boolean;
  log: (level: 'info' | 'warn', message: string) => void;
}

/** Sees changes arrive in PostgreSQL: by its log where it may, else by looking at the rows that are waited for. */
export class Watcher implements Watching {
  readonly errors: Record<string, number> = {};
  method: 'slot' | 'poll' = 'poll';
  note = '';
  offset: ClockOffset = { offsetMs: 0, errorMs: 0 };
  private readonly sightings: Sightings;
  private stream: SlotStream | undefined;

  private constructor(
    private readonly parts: WatcherParts,
    private readonly sink: Sink,
    private readonly client: SinkClient,
  ) {
    const ask = (text: string, values: readonly unknown[]): Promise<Cell[][]> => client.query(text, values);
    this.sightings = new Sightings({ ...parts, clock: systemClock, ask });
  }

  /** Connects, measures the clocks and opens the slot. Throws CodedError. */
  static async open(parts: WatcherParts): Promise<Watcher> {
    const { sink } = parts.input;
    if (sink === undefined) throw new CodedError('INTERNAL', 'the verifier was started without a sink');
    const client = await SinkClient.connect(sink);
    const watcher = new Watcher(parts, sink, client);
    try {
      watcher.offset = await watcher.measureOffset();
      await watcher.choose();
      return watcher;
    } catch (error) {
      await watcher.close();
      throw error instanceof CodedError ? error : new CodedError('TARGET_REFUSED', `PostgreSQL: ${causeOf(error)}`);
    }
  }

  get gapMaxMs(): number | null {
    return this.method === 'slot' ? null : this.sightings.gapMaxMs;
  }

  read(states: readonly KeyState[]): Promise<Map<number, FoundRow>> {
    return this.sightings.read(states);
  }

  measureOffset(): Promise<ClockOffset> {
    return clockOffset((text) => this.client.query(text), systemClock);
  }

  /** One look at everything that is waited for, unless the log tells of it. `between` is called after each question. */
  async look(between: () => void): Promise<void> {
    if (this.method === 'slot') return;
    const { book, input } = this.parts;
    const { batchSize } = input.spec.verification;
    const waiting = [...book.waiting];
    for (let at = 0; at < waiting.length; at += batchSize) {
      const isDone = await this.tried(() => this.sightings.look(waiting.slice(at, at + batchSize)));
      between();
      if (!isDone) return;
    }
  }

  /** Does it and answers true, or counts the error, waits a little and answers false. */
  async tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const kind: SinkErrorClass = this.client.isOpen ? 'verify' : 'connection';
      this.count(kind);
      if (this.errors[kind] === 1) this.parts.log('warn', `PostgreSQL did not answer: ${causeOf(error)}`);
      await systemClock.sleep(RETRY_MS);
      return false;
    }
  }

  async close(): Promise<void> {
    await this.stream?.close();
    this.stream = undefined;
    await this.client.close();
  }

  private count(kind: SinkErrorClass): void {
    this.errors[kind] = (this.errors[kind] ?? 0) + 1;
  }

  private async choose(): Promise<void> {
    const { input, shape } = this.parts;
    const { method, pollIntervalMs } = input.spec.verification;
    const pollNote = `polled by key every ${pollIntervalMs} ms, so that a time is late by up to the time between two looks`;
    const problem =
      method === 'poll'
        ? 'asked for'
        : input.mayStream
          ? await this.openSlot()
          : 'the embedded PostgreSQL has no slots';
    if (problem === undefined) {
      this.method = 'slot';
      this.note = `the commit times of ${shape.sink} by a temporary logical replication slot, less the clocks' offset`;
      return;
    }
    if (method === 'slot')
      throw new CodedError(
        'TARGET_REFUSED',
        `no logical replication slot could be opened: ${problem}; change it or ask for the method poll`,
      );
    this.note = `${pollNote} (${problem === 'asked for' ? 'as asked for' : `no slot: ${problem}`})`;
  }

  /** Why there is no slot; undefined when it is open. */
  private async openSlot(): Promise<string | undefined> {
    const { input, shape, keys, book, isSampled, log } = this.parts;
    const problem = await slotProblem(this.client, shape);
    if (problem !== undefined) return problem;
    const indexOf = (text: string): number => {
      const key = keys.indexOf(text);
      return key >= 0 && isSampled(key) ? key : -1;
    };
    const here = (commitMs: number): number => commitMs - this.offset.offsetMs;
    try {
      this.stream = await SlotStream.open(this.sink, this.client, shape, `${input.runId}_${input.shardIndex}`, {
        present(text, seq, commitMs) {
          const key = indexOf(text);
          if (key >= 0) book.seen(key, seq, here(commitMs), true);
        },
        deleted: (text, commitMs) => {
          const key = indexOf(text);
          if (key >= 0) book.deleted(key, here(commitMs), here(commitMs) + this.offset.errorMs);
        },
        lost: (why) => {
          this.count('connection');
          this.method = 'poll';
          this.note = `by a slot until it was lost (${why}), then polled by key`;
          log('warn', `the replication slot was lost (${why}); what is left is polled by key`);
        },
      });
      return undefined;
    } catch (error) {
      return causeOf(error);
    }
  }
}
