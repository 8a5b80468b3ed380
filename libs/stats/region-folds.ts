import type { Summary } from '#libs/contract/summary.js';
import type { ShardInterval } from './evidence.js';
import { OperationFolds, summariesOf } from './operation-folds.js';

/** Who has a shard, and where; null where there is none, or the executor names no region. */
export interface ShardPlace {
  executorId: string | null;
  region: string | null;
}

interface Region {
  executors: Set<string>;
  /** Undefined until something was measured there. */
  folds?: OperationFolds;
}

/** Folds intervals by the region of the executor that measured them: a lost one's stay where they were measured. */
export class RegionFolds {
  private readonly regions = new Map<string, Region>();

  constructor(private readonly places: readonly ShardPlace[]) {
    for (const [index, { executorId, region }] of places.entries())
      this.of(region)?.executors.add(executorId ?? `shard ${index}`);
  }

  add({ shardIndex, executorId, region, operations }: ShardInterval): void {
    // Intervals of older runs do not say where they were measured.
    const found = this.of(region ?? this.places[shardIndex]?.region);
    if (found === undefined) return;
    if (executorId !== undefined) found.executors.add(executorId);
    found.folds ??= new OperationFolds();
    found.folds.add(operations);
  }

  /** What the executors of each region measured, over the same time; undefined when no executor names its region. */
  summaries(durationMs: number): Summary['regions'] {
    if (this.regions.size === 0) return undefined;
    return Object.fromEntries(
      [...this.regions]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, { executors, folds }]) => [
          name,
          { executors: executors.size, operations: summariesOf(folds?.whole() ?? new Map(), durationMs) },
        ]),
    );
  }

  private of(name: string | null | undefined): Region | undefined {
    if (!name) return undefined;
    const known = this.regions.get(name) ?? { executors: new Set() };
    this.regions.set(name, known);
    return known;
  }
}
