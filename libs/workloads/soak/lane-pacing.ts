import type { Pacing } from '#libs/contract/interval.js';
import type { Aimd } from '#libs/load/aimd.js';
import type { BatchTarget } from './batch-target.js';
import type { KeyPool } from './key-pool.js';
import type { ReadTarget } from './read-target.js';
import type { SoakReport } from './soak.schema.js';

interface Watched {
  aimd: Aimd;
  pool: Pick<KeyPool, 'size'>;
  batches: Pick<BatchTarget, 'onWire'>;
  reads: Pick<ReadTarget, 'verified'>;
  isReading: () => boolean;
}

/** What adds nothing to the states and counts of the writers. */
const NO_WRITING = { limit: 0, lowest: 0, decreases: 0, backoffs: 0, backoffMs: 0, inFlight: 0, poolKeys: 0 } as const;

/**
 * What a lane tells of its backpressure and its pool, by interval and over the run. Writers and readers cut their intervals
 * at moments of their own and each tells what is its own: added up, an interval has all of it, once.
 */
export class LanePacing {
  private lowest = Infinity;
  private decreases = 0;
  private verified = 0;
  /** The last interval that the writers told of. */
  private told = -1;

  constructor(private readonly watched: Watched) {}

  /** Of the writers, in the interval that ends now. */
  ofWriters(interval: number): Pacing {
    this.told = Math.max(this.told, interval);
    return { ...this.writing(), verified: 0, isReading: this.watched.isReading() };
  }

  /** Of the readers; of the writers too in an interval that begins after `isOver` of them. */
  ofReaders(interval: number, isOver: boolean): Pacing {
    const { reads, isReading } = this.watched;
    const verified = reads.verified - this.verified;
    this.verified = reads.verified;
    const rest = isOver && interval > this.told ? this.writing() : NO_WRITING;
    return { ...rest, verified, isReading: isReading() };
  }

  /** Over the whole run, once its last interval was taken. */
  totals(): Pick<SoakReport, 'limitLowest' | 'limitDecreases'> {
    const { limit } = this.watched.aimd.take();
    return { limitLowest: Math.min(this.lowest, limit), limitDecreases: this.decreases };
  }

  private writing(): Omit<Pacing, 'verified' | 'isReading'> {
    const { aimd, pool, batches } = this.watched;
    const figures = aimd.take();
    this.lowest = Math.min(this.lowest, figures.lowest);
    this.decreases += figures.decreases;
    return { ...figures, inFlight: batches.onWire, poolKeys: pool.size };
  }
}
