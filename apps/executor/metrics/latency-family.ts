import { encodedBuckets } from '#libs/stats/encoded-counts.js';

/** Upper bounds of the buckets, seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const NAME = 'tidemark_operation_service_seconds';
const HELP = 'Service time of successful operations';
const NS_PER_S = 1e9;

interface Series {
  /** By bucket, not cumulative; the last one has no bound. */
  counts: number[];
  sum: number;
}

/**
 * A Prometheus histogram that takes whole encoded histograms: the client library's takes one value at a time, and an
 * interval has millions.
 */
export class LatencyFamily {
  private readonly series = new Map<string, Series>();

  /** `labels` as they stand between the braces, quoted and escaped. */
  add(labels: string, encoded: Uint8Array): void {
    const found = this.series.get(labels) ?? { counts: Array.from({ length: BOUNDS.length + 1 }, () => 0), sum: 0 };
    this.series.set(labels, found);
    for (const { lowNs, highNs, count } of encodedBuckets(encoded)) {
      const seconds = (lowNs + highNs) / 2 / NS_PER_S;
      // A bucket of 3 digits is narrow: the few that hold a bound count as below it.
      const at = BOUNDS.findIndex((bound) => lowNs / NS_PER_S < bound);
      const place = at < 0 ? BOUNDS.length : at;
      found.counts[place] = (found.counts[place] ?? 0) + count;
      found.sum += seconds * count;
    }
  }

  /** The family in the text format; empty when nothing was measured. */
  text(): string {
    if (this.series.size === 0) return '';
    const lines = [`# HELP ${NAME} ${HELP}`, `# TYPE ${NAME} histogram`];
    for (const [labels, { counts, sum }] of this.series) {
      let below = 0;
      for (const [at, count] of counts.entries()) {
        below += count;
        lines.push(`${NAME}_bucket{${labels},le="${BOUNDS[at] ?? '+Inf'}"} ${below}`);
      }
      lines.push(`${NAME}_sum{${labels}} ${sum}`, `${NAME}_count{${labels}} ${below}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
