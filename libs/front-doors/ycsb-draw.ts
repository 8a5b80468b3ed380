import { fnv64 } from './fnv64.js';
import { Word64 } from './word64.js';
import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { ScrambledZipfian, Zipfian } from './zipfian.js';

export type YcsbOperation = keyof YcsbSpec['shares'];

/** Draws operations by their shares. */
export class OperationDraw {
  private readonly operations: readonly YcsbOperation[];
  private readonly bounds: Float64Array;

  constructor(
    { shares }: Pick<YcsbSpec, 'shares'>,
    private readonly random: () => number,
  ) {
    const all = ['read', 'update', 'insert', 'scan', 'readModifyWrite'] as const;
    this.operations = all.filter((operation) => shares[operation] > 0);
    this.bounds = new Float64Array(this.operations.length);
    let sum = 0;
    for (const [index, operation] of this.operations.entries()) this.bounds[index] = sum += shares[operation];
  }

  next(): YcsbOperation {
    const drawn = this.random();
    let index = 0;
    while (index + 1 < this.bounds.length && drawn >= (this.bounds[index] ?? 1)) index++;
    return this.operations[index] ?? 'read';
  }
}

/** YCSB leaves room for twice the inserts that it expects, so that the popular keys stay the same while rows are added. */
const INSERT_ROOM = 2;

/** Draws the numbers of existing rows, 0 up to `count` - 1; `count` grows by `insert`. Allocation-free. */
export class KeyDraw {
  private readonly zipfian: Zipfian | undefined;
  private readonly scrambled: ScrambledZipfian | undefined;

  constructor(
    spec: Pick<YcsbSpec, 'requestDistribution' | 'recordCount' | 'operationCount' | 'shares'>,
    private readonly random: () => number,
    public count = spec.recordCount,
  ) {
    const room = Math.floor(spec.operationCount * spec.shares.insert * INSERT_ROOM);
    if (spec.requestDistribution === 'latest') this.zipfian = new Zipfian(count, random);
    if (spec.requestDistribution === 'zipfian') this.scrambled = new ScrambledZipfian(spec.recordCount + room, random);
  }

  /** The number of an existing row. */
  next(): number {
    if (this.zipfian) return this.count - 1 - this.zipfian.next();
    if (!this.scrambled) return Math.floor(this.random() * this.count);
    let key = this.scrambled.next();
    while (key >= this.count) key = this.scrambled.next();
    return key;
  }

  /** The number of a new row, which from now on exists. */
  insert(): number {
    this.zipfian?.grow(this.count + 1);
    return this.count++;
  }
}

/** How many rows the next scan reads. */
export const scanLengthOf = (
  { scanLength: { min, max } }: Pick<YcsbSpec, 'scanLength'>,
  random: () => number,
): number => min + Math.floor(random() * (max - min + 1));

/** The primary key of a row, as YCSB names it: `user` and the hash of its number, or the number. */
export const ycsbKey = (keyNumber: number, insertOrder: YcsbSpec['insertOrder']): string =>
  `user${insertOrder === 'ordered' ? keyNumber : fnv64(keyNumber, new Word64()).toBigInt()}`;
