import type { Source } from '#libs/load/target.js';
import { bytesOf, type QueryRow } from './row-maker.js';

/** What rows that wait may take of memory, whatever the size of queue and batches. */
const MOST_BYTES = 33_554_432;

/** Batches of rows on their way from the reader to the queries, which draw one row at a time. */
export class RowQueue implements Source {
  readonly operation = 0;
  /** Rows drawn so far. */
  seed = 0;
  /** The row that was drawn last. */
  row: QueryRow | undefined;
  depthMax = 0;
  private readonly batches: { rows: readonly QueryRow[]; bytes: number }[] = [];
  private at = 0;
  private bytes = 0;
  private ended = false;
  private wake: (() => void) | undefined;

  constructor(private readonly size: number) {}

  /** Batches that wait, one that is drawn from included. */
  get depth(): number {
    return this.batches.length;
  }

  get isWaiting(): boolean {
    return !this.ended;
  }

  next(): boolean {
    const [batch] = this.batches;
    const row = batch?.rows[this.at];
    if (batch === undefined || row === undefined) return false;
    this.row = row;
    this.seed++;
    if (++this.at === batch.rows.length) {
      this.batches.shift();
      this.at = 0;
      this.bytes -= batch.bytes;
      if (this.hasRoom) this.release();
    }
    return true;
  }

  /** Adds a batch that is not empty. */
  push(rows: readonly QueryRow[]): void {
    const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
    this.batches.push({ rows, bytes });
    this.bytes += bytes;
    this.depthMax = Math.max(this.depthMax, this.depth);
  }

  /** Resolves when there is room for a batch, or nothing more is wanted. */
  room(): Promise<void> {
    if (this.hasRoom || this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Nothing more comes. */
  end(): void {
    this.ended = true;
    this.release();
  }

  private get hasRoom(): boolean {
    return this.batches.length < this.size && (this.bytes < MOST_BYTES || this.batches.length === 0);
  }

  private release(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
