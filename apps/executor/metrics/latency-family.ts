import { encodedBuckets } from '#libs/stats/encoded-counts.js';

/** Upper bounds of the buckets, seconds. */
const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const NS_PER_S = 1e9;

/** How the family is called, and the upper bounds of its buckets, seconds. */
interface Family {
  name: string;
  help: string;
  bounds: readonly number[];
}

const SERVICE: Family = {
  name: 'tidemark_operation_service_seconds',
  help: 'Service time of successful operations',
  bounds: BOUNDS,
};

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

  constructor(private readonly family: Family = SERVICE) {}

  /** `labels` as they stand between the braces, quoted and escaped; empty for none. */
  add(labels: string, encoded: Uint8Array): void {
    const { bounds } = this.family;
    const found = this.series.get(labels) ?? { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    this.series.set(labels, found);
    for (const { lowNs, highNs, count } of encodedBuckets(encoded)) {
      const seconds = (lowNs + highNs) / 2 / NS_PER_S;
      // A bucket of 3 digits is narrow: the few that hold a bound count as below it.
      const at = bounds.findIndex((bound) => lowNs / NS_PER_S < bound);
      const place = at < 0 ? bounds.length : at;
      found.counts[place] = (found.counts[place] ?? 0) + count;
      found.sum += seconds * count;
    }
  }

  /** The family in the text format; empty when nothing was measured. */
  text(): string {
    if (this.series.size === 0) return '';
    const { name, help, bounds } = this.family;
    const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
    for (const [labels, { counts, sum }] of this.series) {
      let below = 0;
      for (const [at, count] of counts.entries()) {
        below += count;
        const separator = labels === '' ? '' : ',';
        lines.push(`${name}_bucket{${labels}${separator}le="${bounds[at] ?? '+Inf'}"} ${below}`);
      }
      const braces = labels === '' ? '' : `{${labels}}`;
      lines.push(`${name}_sum${braces} ${sum}`, `${name}_count${braces} ${below}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
