import { describe, expect, it } from 'vitest';
import { emptyCounters, readGcLine } from './gc-metrics.js';

const read = (...lines: string[]) => {
  const counters = emptyCounters();
  for (const line of lines) readGcLine(line, counters);
  return { bytes: counters.bytes, collectors: [...counters.collectors.values()] };
};

describe('readGcLine', () => {
  it("reads the counters of Prometheus' Java client, with and without a comma after the labels", () => {
    expect(
      read(
        '# TYPE jvm_gc_collection_seconds summary',
        'jvm_gc_collection_seconds_count{gc="ParNew",} 12.0',
        'jvm_gc_collection_seconds_sum{gc="ParNew"} 0.5',
        'jvm_gc_collection_seconds_count{gc="ConcurrentMarkSweep"} 1',
        'jvm_memory_pool_allocated_bytes_total{pool="Par Eden Space"} 1.5E9',
        'jvm_memory_pool_allocated_bytes_total{pool="Metaspace"} 7E7',
      ),
    ).toEqual({
      bytes: 1.5e9,
      collectors: [
        { collections: 12, sumMs: 500 },
        { collections: 1, sumMs: 0 },
      ],
    });
  });

  it("reads Micrometer's", () => {
    expect(
      read(
        'jvm_gc_pause_seconds_count{action="end of minor GC",cause="G1 Evacuation Pause",} 3 1700000000000',
        'jvm_gc_pause_seconds_sum{action="end of minor GC",cause="G1 Evacuation Pause",} 0.012 1700000000000',
        'jvm_gc_memory_allocated_bytes_total 2048.0',
      ),
    ).toEqual({ bytes: 2048, collectors: [{ collections: 3, sumMs: 12 }] });
  });

  it.each(['', 'jvm_', 'jvm_gc_collection_seconds_count{gc="a"} NaN', 'scylla_reactor_stalls{shard="0"} 3', '\u0000{'])(
    'skips %j',
    (line) => expect(read(line)).toEqual({ bytes: 0, collectors: [] }),
  );
});
