const NS_PER_MS = 1e6;
/** Share of a backoff that is drawn, so that operations refused together do not come back together. */
const JITTER = 0.5;
/** Longer doublings would only be cut again. */
const MOST_DOUBLINGS = 30;

export interface AimdOptions {
  /** The limit never falls below it; at least 1. */
  min: number;
  /** Where the limit begins, and the most that it is. */
  max: number;
  /** What as many successes as the limit allows in flight add to it. */
  increase: number;
  /** What a refusal leaves of the limit, 0 to 1. */
  decrease: number;
  /** The first wait of an operation that was refused, nanoseconds; each further one is twice as long. */
  firstBackoffNs: number;
  longestBackoffNs: number;
  /** In [0, 1). */
  random: () => number;
}

/** What happened since the last look. */
export interface AimdFigures {
  limit: number;
  /** The lowest that it was. */
  lowest: number;
  decreases: number;
  /** Operations that waited before they were tried again, and how long together. */
  backoffs: number;
  backoffMs: number;
}

/**
 * How many operations may be in flight at a target that says when it has too many: additive increase, multiplicative
 * decrease (D. Chiu, R. Jain, 1989; as in TCP). Pure: time is told.
 */
export class Aimd {
  private limit: number;
  private lowest: number;
  private decreases = 0;
  private backoffs = 0;
  private backoffNs = 0;
  private lowered = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: AimdOptions) {
    this.limit = options.max;
    this.lowest = options.max;
  }

  /** Operations that may be in flight, whole. */
  get allowed(): number {
    return Math.floor(this.limit);
  }

  succeeded(): void {
    const { limit, options } = this;
    if (limit < options.max) this.limit = Math.min(options.max, limit + options.increase / limit);
  }

  /**
   * An operation that was begun at `begunNs` was refused. One begun before the last decrease says nothing new: a window
   * that is refused as a whole lowers the limit once.
   */
  refused(begunNs: number, nowNs: number): void {
    if (begunNs < this.lowered) return;
    const { min, decrease } = this.options;
    this.lowered = nowNs;
    this.limit = Math.max(min, this.limit * decrease);
    this.lowest = Math.min(this.lowest, this.limit);
    this.decreases++;
  }

  /** Nanoseconds that an operation waits after so many tries beyond its first; counted as waited. */
  backoff(tries: number): number {
    const { firstBackoffNs, longestBackoffNs, random } = this.options;
    const wholeNs = Math.min(longestBackoffNs, firstBackoffNs * 2 ** Math.min(tries, MOST_DOUBLINGS));
    const waitNs = wholeNs * (1 - JITTER * random());
    this.backoffs++;
    this.backoffNs += waitNs;
    return waitNs;
  }

  /** The figures since the last call. */
  take(): AimdFigures {
    const { limit, lowest, decreases, backoffs, backoffNs } = this;
    this.lowest = limit;
    this.decreases = 0;
    this.backoffs = 0;
    this.backoffNs = 0;
    return { limit, lowest, decreases, backoffs, backoffMs: backoffNs / NS_PER_MS };
  }
}
