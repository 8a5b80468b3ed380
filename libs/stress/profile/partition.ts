import { Seed64 } from '../seed64.js';
import type { ColumnGenerator } from './column-generator.js';
import { inOrder, type RowOrder } from './row-order.js';
import type { GeneratedValue } from './value-generator.js';

/** The columns of a table, each with its generator; clustering columns in their order. */
export interface TableGenerators {
  partitionKey: readonly ColumnGenerator[];
  clustering: readonly ColumnGenerator[];
  values: readonly ColumnGenerator[];
  /** The order in which rows are told; that in which they are drawn when absent. Which rows there are is the same. */
  order?: RowOrder | undefined;
}

/** One generated row: CQL binary of each column, in the order of the table's generators. */
export interface GeneratedRow {
  clustering: readonly Buffer[];
  /** Null where the row has no value. */
  values: readonly (Buffer | null)[];
}

/**
 * A partition of a work item: its key, and the rows below it. Seeds go down from key to clustering columns to values; the
 * values below a clustering column are the same below each of its values, since the original seeds a level by the first
 * value of the level above.
 */
export class Partition {
  key: readonly Buffer[] = [];
  private readonly seed = new Seed64();
  /** By clustering column: its values as they are drawn, and in the order in which they are told. */
  private readonly levels: { seed: Seed64; values: GeneratedValue[]; told: readonly GeneratedValue[] }[];

  constructor(private readonly table: TableGenerators) {
    this.levels = table.clustering.map(() => ({ seed: new Seed64(), values: [], told: [] }));
  }

  /** Generates the key and the clustering values of work item `item`. */
  setItem(item: number): void {
    const { seed, levels, table } = this;
    seed.set(0, 0);
    this.key = table.partitionKey.map((column) => {
      column.setSeed(Math.floor(item / 2 ** 32) | 0, item | 0);
      const value = column.next();
      value.fold(seed);
      return value.bytes;
    });
    let above = seed;
    for (const [depth, column] of table.clustering.entries()) {
      const level = levels[depth];
      if (level === undefined) break;
      column.setSeed(above.high, above.low);
      level.values = distinct(column, column.cluster.next());
      level.told = inOrder(table.order, column.type, level.values, item);
      level.seed.copy(above);
      level.values[0]?.fold(level.seed);
      above = level.seed;
    }
  }

  /** Number of rows. */
  get rows(): number {
    return this.levels.reduce((product, { values }) => product * values.length, 1);
  }

  /**
   * The row at `index` (from 0), counted with the last clustering column fastest. `population` is the share of its values,
   * 0 to 1, that it has: the first ones, as in the original.
   */
  row(index: number, population = 1): GeneratedRow {
    const { levels, table } = this;
    const clustering: Buffer[] = [];
    let left = index;
    for (let depth = levels.length - 1; depth >= 0; depth--) {
      const values = levels[depth]?.told ?? [];
      clustering[depth] = values[left % values.length]?.bytes ?? Buffer.alloc(0);
      left = Math.floor(left / values.length);
    }
    const rowSeed = new Seed64();
    const last = levels.at(-1);
    rowSeed.copy(last?.seed ?? this.seed);
    last?.told[index % last.told.length]?.fold(rowSeed);
    const populated = populatedColumns(table.values.length, population);
    const values = table.values.map((column, place) => {
      if (place >= populated) return null;
      column.setSeed(rowSeed.high, rowSeed.low);
      return column.next().bytes;
    });
    return { clustering, values };
  }
}

/** How many of so many columns have a value: column k of n has one when k / n is not above the share. */
export const populatedColumns = (columns: number, population: number): number =>
  Math.min(columns, Math.floor(population * columns + 1e-9));

/** `count` draws without what was drawn before. */
function distinct(column: ColumnGenerator, count: number): GeneratedValue[] {
  const values = new Map<string, GeneratedValue>();
  for (let left = count; left > 0; left--) {
    const value = column.next();
    const id = value.bytes.toString('latin1');
    if (!values.has(id)) values.set(id, value);
  }
  return [...values.values()];
}
