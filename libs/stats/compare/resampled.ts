import { bucketHighNs, bucketMiddleNs, rankOf } from '../latency-counts.js';
import type { CountsType } from '../operation-counts.js';
import type { Sample } from './run-samples.js';

const NS_PER_MS = 1e6;
const MS_PER_S = 1000;

/** What is compared of an operation. */
export interface Figure {
  name: 'ratePerSecond' | 'errorRatio' | 'droppedRatio' | 'meanMs' | 'p50Ms' | 'p95Ms' | 'p99Ms' | 'p999Ms';
  better: 'higher' | 'lower';
  /** Of latencies; null for the mean and for what is none. */
  percentile: number | null;
}

/** Percentiles last and rising: `Resampled` answers in this order. */
export const FIGURES: readonly Figure[] = [
  { name: 'ratePerSecond', better: 'higher', percentile: null },
  { name: 'errorRatio', better: 'lower', percentile: null },
  { name: 'droppedRatio', better: 'lower', percentile: null },
  { name: 'meanMs', better: 'lower', percentile: null },
  { name: 'p50Ms', better: 'lower', percentile: 50 },
  { name: 'p95Ms', better: 'lower', percentile: 95 },
  { name: 'p99Ms', better: 'lower', percentile: 99 },
  { name: 'p999Ms', better: 'lower', percentile: 99.9 },
];

const COUNTERS = ['succeeded', 'failed', 'completed', 'dropped', 'lengthMs'] as const;
const PERCENTILES = FIGURES.flatMap(({ percentile }) => (percentile === null ? [] : [percentile]));
/** As the summary has it: at least ten samples beyond. */
const isSupported = (count: number, percentile: number): boolean =>
  (percentile <= 50 && count > 0) || count * (1 - percentile / 100) >= 10 - 1e-9;

interface Part {
  succeeded: number;
  failed: number;
  completed: number;
  dropped: number;
  lengthMs: number;
  /** Places in the list of buckets, and how many latencies lie in each. */
  places: Int32Array;
  counts: Float64Array;
}

/** One operation of a run, sample by sample, so that any weighting of the samples has its figures at little cost. */
export class Resampled {
  private readonly parts: readonly Part[];
  /** Of all samples, lowest first. */
  private readonly highNs: Float64Array;
  private readonly middleNs: Float64Array;
  private readonly merged: Float64Array;

  constructor(samples: readonly Sample[], name: string, clock: CountsType) {
    const places = new Map<number, number>();
    for (const { operations } of samples)
      operations
        .get(name)
        ?.latency(clock)
        ?.visit((bucket) => places.set(bucket, 0));
    const buckets = Float64Array.from(places.keys()).sort();
    for (const [place, bucket] of buckets.entries()) places.set(bucket, place);
    this.highNs = buckets.map(bucketHighNs);
    this.middleNs = buckets.map(bucketMiddleNs);
    this.merged = new Float64Array(buckets.length);
    this.parts = samples.map((sample) => partOf(sample, name, clock, places));
  }

  get samples(): number {
    return this.parts.length;
  }

  /** By FIGURES, of the samples as often as the weights say; null where it is not defined or not supported. */
  figures(weights: ArrayLike<number>): (number | null)[] {
    const { merged } = this;
    merged.fill(0);
    const sum = { succeeded: 0, failed: 0, completed: 0, dropped: 0, lengthMs: 0 };
    for (const [index, part] of this.parts.entries()) {
      const weight = weights[index] ?? 0;
      if (weight === 0) continue;
      for (const counter of COUNTERS) sum[counter] += weight * part[counter];
      const { places, counts } = part;
      for (let at = 0; at < places.length; at++) {
        const place = places[at] ?? 0;
        merged[place] = (merged[place] ?? 0) + weight * (counts[at] ?? 0);
      }
    }
    const { percentilesMs, meanMs } = this.latencies();
    const { succeeded, failed, completed, dropped, lengthMs } = sum;
    return [
      lengthMs > 0 ? (succeeded * MS_PER_S) / lengthMs : null,
      completed > 0 ? failed / completed : null,
      completed + dropped > 0 ? dropped / (completed + dropped) : null,
      meanMs,
      ...percentilesMs,
    ];
  }

  /** By FIGURES, the value of every sample by itself. */
  bySample(): (number | null)[][] {
    const each = this.parts.map((_, index) => {
      const weights = new Float64Array(this.parts.length);
      weights[index] = 1;
      return this.figures(weights);
    });
    return FIGURES.map((_, figure) => each.map((values) => values[figure] ?? null));
  }

  /** Of what is merged: the mean, and PERCENTILES in one pass. */
  private latencies(): { meanMs: number | null; percentilesMs: (number | null)[] } {
    const { merged, highNs, middleNs } = this;
    let [count, sumNs] = [0, 0];
    for (let place = 0; place < merged.length; place++) {
      const here = merged[place] ?? 0;
      count += here;
      sumNs += here * (middleNs[place] ?? 0);
    }
    let [place, seen] = [-1, 0];
    const percentilesMs = PERCENTILES.map((percentile) => {
      const rank = rankOf(percentile, count);
      while (seen < rank && place < merged.length - 1) seen += merged[++place] ?? 0;
      return isSupported(count, percentile) ? (highNs[place] ?? 0) / NS_PER_MS : null;
    });
    return { meanMs: count > 0 ? sumNs / count / NS_PER_MS : null, percentilesMs };
  }
}

function partOf(
  { operations, lengthMs }: Sample,
  name: string,
  clock: CountsType,
  all: ReadonlyMap<number, number>,
): Part {
  const operation = operations.get(name);
  const [places, counts]: [number[], number[]] = [[], []];
  operation?.latency(clock)?.visit((bucket, count) => {
    places.push(all.get(bucket) ?? 0);
    counts.push(count);
  });
  const { completed = 0, failed = 0, dropped = 0 } = operation?.counters ?? {};
  return {
    succeeded: completed - failed,
    failed,
    completed,
    dropped,
    lengthMs,
    places: Int32Array.from(places),
    counts: Float64Array.from(counts),
  };
}
