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

/** What a lane tells of its backpressure and its pool, by interval and over the run. */
export class LanePacing {
  private lowest = Infinity;
  private decreases = 0;
  private verified = 0;

  constructor(private readonly watched: Watched) {}

  /** Of the interval that ends now. */
  take(): Pacing {
    const { aimd, pool, batches, reads, isReading } = this.watched;
    const figures = aimd.take();
    const verified = reads.verified - this.verified;
    this.verified = reads.verified;
    this.lowest = Math.min(this.lowest, figures.lowest);
    this.decreases += figures.decreases;
    return { ...figures, inFlight: batches.onWire, poolKeys: pool.size, verified, isReading: isReading() };
  }

  /** Over the whole run, once its last interval was taken. */
  totals(): Pick<SoakReport, 'limitLowest' | 'limitDecreases'> {
    const { limit } = this.watched.aimd.take();
    return { limitLowest: Math.min(this.lowest, limit), limitDecreases: this.decreases };
  }
}
