import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { YCSB_OPERATIONS } from './operation-weights.js';
import { coreWorkload, rowsOf } from './ycsb.js';
import { ScrambledZipfian, Zipfian } from './zipfian.js';

/** Draws operations by their shares; answers an index into YCSB_OPERATIONS. Allocation-free. */
export class OperationDraw {
  private readonly operations: readonly number[];
  private readonly bounds: Float64Array;

  constructor(
    spec: YcsbSpec,
    private readonly random: () => number,
  ) {
    const { shares } = coreWorkload(spec);
    this.operations = [...YCSB_OPERATIONS.keys()].filter((index) => shares[YCSB_OPERATIONS[index] ?? 'read'] > 0);
    this.bounds = new Float64Array(this.operations.length);
    let sum = 0;
    for (const [index, operation] of this.operations.entries())
      this.bounds[index] = sum += shares[YCSB_OPERATIONS[operation] ?? 'read'];
  }

  next(): number {
    const drawn = this.random();
    let index = 0;
    while (index + 1 < this.bounds.length && drawn >= (this.bounds[index] ?? 1)) index++;
    return this.operations[index] ?? 0;
  }
}

/** YCSB leaves room for twice the inserts that it expects, so that the popular keys stay the same while rows are added. */
const INSERT_ROOM = 2;
/** What a remainder can be taken of. */
const MOST_ROOM = 1e11;
/** Inserts that may be under way beyond the oldest of them. */
const WINDOW = 2 ** 20;

/** Which rows of a run a lane makes: every `stride`-th from `first` on. */
interface Place {
  first: number;
  stride: number;
}

/**
 * Draws the numbers of existing rows: those that were loaded, and those that this lane has inserted since, as soon as every
 * one before them is there as well. Allocation-free.
 */
export class KeyDraw {
  /** Rows that can be drawn. */
  count: number;
  private readonly loaded: number;
  private readonly zipfian: Zipfian | undefined;
  private readonly scrambled: ScrambledZipfian | undefined;
  private begun: number;
  private readonly acknowledged = new Uint8Array(WINDOW);

  /** `operations` is how many the whole run is expected to do; 0 when nobody knows. */
  constructor(
    private readonly spec: YcsbSpec,
    private readonly random: () => number,
    operations = 0,
    private readonly place: Place = { first: 0, stride: 1 },
  ) {
    const { shares, requestDistribution } = coreWorkload(spec);
    this.loaded = this.count = this.begun = rowsOf(spec);
    const room = Math.floor((operations * shares.insert * INSERT_ROOM) / place.stride);
    if (requestDistribution === 'latest') this.zipfian = new Zipfian(this.count, random);
    if (requestDistribution === 'zipfian')
      this.scrambled = new ScrambledZipfian(Math.min(MOST_ROOM, this.count + room + 1), random);
  }

  /** The number of an existing row. */
  next(): number {
    if (this.zipfian) return this.numberOf(this.count - 1 - this.zipfian.next());
    if (!this.scrambled) return this.numberOf(Math.floor(this.random() * this.count));
    let index = this.scrambled.next();
    while (index >= this.count) index = this.scrambled.next();
    return this.numberOf(index);
  }

  private numberOf(index: number): number {
    const { spec, loaded, place } = this;
    return index < loaded ? spec.insertStart + index : spec.recordCount + place.first + (index - loaded) * place.stride;
  }

  /** Begins a new row: answers its index, to be acknowledged. */
  insert(): number {
    this.acknowledged[this.begun % WINDOW] = 0;
    return this.begun++;
  }

  /** The number of a new row. */
  numberOfNew(index: number): number {
    return this.numberOf(index);
  }

  /** The row is there, or will never be: YCSB does not tell them apart either. */
  acknowledge(index: number): void {
    this.acknowledged[index % WINDOW] = 1;
    const before = this.count;
    while (
      this.count < this.begun &&
      (this.acknowledged[this.count % WINDOW] === 1 || this.begun - this.count > WINDOW)
    )
      this.count++;
    if (this.count > before) this.zipfian?.grow(this.count);
  }
}
