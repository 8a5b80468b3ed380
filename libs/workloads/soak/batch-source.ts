import type { Source } from '#libs/load/target.js';
import type { SoakSpec } from './soak.schema.js';

/** The sizes of batches: the least, and how many sizes there are from it on. */
export function batchSizes({ batchMin, batchMax, batchSizes }: BatchSizes): { from: number; count: number } {
  const from = batchSizes === 'high' ? Math.floor((batchMin + batchMax) / 2) : batchMin;
  return { from, count: batchMax - from + 1 };
}

type BatchSizes = Pick<SoakSpec, 'batchMin' | 'batchMax' | 'batchSizes'>;

export interface BatchSourceOptions {
  spec: BatchSizes & Pick<SoakSpec, 'writers' | 'batchesPerCycle'>;
  /** Writers of this lane, by their numbers among all of the run. */
  writers: readonly number[];
  random: () => number;
  /** Asked before each batch: one more may be begun. */
  mayBegin: () => boolean;
  /** Calls back in the next turn of the event loop, when a cycle is over and there is more. */
  soon: (callback: () => void) => void;
  wake: () => void;
}

/**
 * Which batch is written next: writers take turns, and the n-th row of writer w of W has the number n x W + w. `seed` is
 * the number of the batch's first row. Allocation-free.
 */
export class BatchSource implements Source {
  readonly operation = 0;
  seed = 0;
  /** Rows of the batch. */
  size = 0;
  isWaiting = false;
  private isClosed = false;
  private turn = 0;
  private begun = 0;
  private isYielding = false;
  /** Rows that each writer has written. */
  private readonly rows: Float64Array;
  private readonly sizes: { from: number; count: number };
  private readonly perCycle: number;

  constructor(private readonly options: BatchSourceOptions) {
    const { spec, writers } = options;
    this.rows = new Float64Array(writers.length);
    this.sizes = batchSizes(spec);
    this.perCycle = writers.length * spec.batchesPerCycle;
  }

  /** No more batches: what is in flight ends. */
  close(): void {
    this.isClosed = true;
    this.options.wake();
  }

  /** The lane has looked at its sockets: a new cycle. */
  cycle(): void {
    this.begun = 0;
  }

  next(): boolean {
    const { isClosed, options } = this;
    this.isWaiting = !isClosed;
    if (isClosed || !options.mayBegin()) return false;
    if (this.begun >= this.perCycle) {
      this.yield();
      return false;
    }
    this.begun++;
    const { writers, spec, random } = options;
    const writer = this.turn;
    this.turn = writer + 1 < writers.length ? writer + 1 : 0;
    const row = this.rows[writer] ?? 0;
    this.size = this.sizes.from + Math.floor(random() * this.sizes.count);
    this.seed = row * spec.writers + (writers[writer] ?? 0);
    this.rows[writer] = row + this.size;
    return true;
  }

  private yield(): void {
    if (this.isYielding) return;
    this.isYielding = true;
    this.options.soon(this.resume);
  }

  private readonly resume = (): void => {
    this.isYielding = false;
    this.cycle();
    this.options.wake();
  };
}
