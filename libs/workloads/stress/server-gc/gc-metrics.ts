/** What one node's metrics say of its garbage collection since it started. */
export interface GcCounters {
  /** By collector: how many collections there were, and what they took in all, milliseconds. */
  collectors: Map<string, { collections: number; sumMs: number }>;
  /** Bytes that came and were collected again; the young generation's allocations. */
  bytes: number;
}

/** Names that Prometheus' own Java client (also in jmx_exporter) and Micrometer give the same counters. */
const COUNTS = new Set(['jvm_gc_collection_seconds_count', 'jvm_gc_pause_seconds_count']);
const SUMS = new Set(['jvm_gc_collection_seconds_sum', 'jvm_gc_pause_seconds_sum']);
const POOL_BYTES = 'jvm_memory_pool_allocated_bytes_total';
const ALL_BYTES = 'jvm_gc_memory_allocated_bytes_total';
/** Pools in which objects begin: what is allocated there is what a collection takes away again, but for what survives. */
const YOUNG = /eden|nursery|zheap|zgc young|^shenandoah$/i;

/** A sample of Prometheus' text format: name, labels, value. */
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? +(\S+)/;
/** Most lines are of other things; only these begin so. */
const PREFIX = 'jvm_';

export const emptyCounters = (): GcCounters => ({ collectors: new Map(), bytes: 0 });

/** Takes one line of a metrics page in; other lines are skipped. */
export function readGcLine(line: string, counters: GcCounters): void {
  if (!line.startsWith(PREFIX)) return;
  const [, name = '', labels = '', text = ''] = SAMPLE.exec(line) ?? [];
  const value = Number(text);
  if (!Number.isFinite(value)) return;
  if (COUNTS.has(name)) collector(labels, counters).collections += value;
  else if (SUMS.has(name)) collector(labels, counters).sumMs += value * 1000;
  else if (name === ALL_BYTES) counters.bytes += value;
  else if (name === POOL_BYTES && YOUNG.test(/pool="([^"]*)"/.exec(labels)?.[1] ?? '')) counters.bytes += value;
}

/** The labels name the collector: `gc="G1 Young Generation",`. */
function collector(labels: string, { collectors }: GcCounters): { collections: number; sumMs: number } {
  const key = labels.replace(/,\s*$/, '');
  const known = collectors.get(key) ?? { collections: 0, sumMs: 0 };
  collectors.set(key, known);
  return known;
}
