import { poissonSchedule, type Schedule } from '#libs/load/schedule.js';
import type { SoakSpec } from './soak.schema.js';

/** Reader r of R sends the reads r, r + R, r + 2R … of the run, and read i is due at i / rate: all readers together keep it exactly. */
function constantReads(ratePerSecond: number, all: number, own: readonly number[]): Schedule['dueNs'] {
  return (index) => {
    const round = Math.floor(index / own.length);
    return ((round * all + (own[index - round * own.length] ?? 0)) * 1e9) / ratePerSecond;
  };
}

/**
 * When the reads of a lane are due: from when its pool has its first key on. Until then the next read is due at Infinity,
 * which is no due time yet.
 */
export class ReadSchedule implements Schedule {
  readonly exact = false;
  /** Nanoseconds after the start at which the first key came; Infinity before that. */
  opensNs = Infinity;
  private readonly due: Schedule['dueNs'];
  private readonly periodNs: number;

  /** `own`: this lane's readers, by their numbers among all of the run, rising. */
  constructor(
    { readers, readRatePerSecond, readArrival }: Pick<SoakSpec, 'readers' | 'readRatePerSecond' | 'readArrival'>,
    own: readonly number[],
    random: () => number,
  ) {
    this.periodNs = (1e9 * readers) / (readRatePerSecond * own.length);
    const stride = readers / own.length;
    const poisson = poissonSchedule(readRatePerSecond, stride, random);
    this.due =
      readArrival === 'poisson' ? (index) => poisson.dueNs(index) : constantReads(readRatePerSecond, readers, own);
  }

  /** The first key is there, so many nanoseconds after the start. */
  open(atNs: number): void {
    if (this.opensNs === Infinity) this.opensNs = Math.max(0, atNs);
  }

  dueNs(index: number): number {
    return this.opensNs === Infinity ? Infinity : this.opensNs + this.due(index);
  }

  countBefore(ns: number): number {
    return ns <= this.opensNs ? 0 : Math.round((ns - this.opensNs) / this.periodNs);
  }
}
