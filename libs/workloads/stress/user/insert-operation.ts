import { batchFrame, type BatchEntry } from '#libs/cql/batch-frame.js';
import { executeFrame } from '#libs/cql/execute-frame.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { Partition, type TableGenerators } from '#libs/stress/profile/partition.js';
import type { InsertShape } from '#libs/stress/profile/profile.js';
import { isOne } from '#libs/stress/profile/user-spec.js';
import { sampler } from '../sampler.js';
import type { Distribution, Ratio } from '../distribution.schema.js';
import { OpenPartitions, rowsOfVisit, type Visit } from './open-partitions.js';
import { routingKeyOf, type StatementLevels, type UserOperationMaker, type WorkItems } from './user-request.js';

/** The most statements that one batch holds. */
const BATCH_MOST = 65_535;
/** A share this near to one is one, as in the original. */
const ALL = 0.99999;

export interface InsertParts {
  shape: InsertShape;
  table: TableGenerators;
  statement: PreparedStatement;
  levels: StatementLevels;
  random: () => number;
  /** Work items of the lane in the order of the population, from its beginning at every call of `restart`. */
  fresh: { next(): number; restart(): void };
  /** How many lanes share what is open. */
  stride: number;
}

/** Draws a share from 0 to 1. */
export function shareDraw({ distribution, divisor }: Ratio, random: () => number): () => number {
  const draw = sampler(distribution, random);
  return () => Math.min(1, Math.max(0, draw() / divisor));
}

/** Which of the open partitions: the original inverts the distribution, so that one that favours small numbers favours the latest. */
function revisitDraw(revisit: Distribution, random: () => number, stride: number): () => number {
  const draw = sampler(revisit, random);
  const [min, max] = revisit.type === 'fixed' ? [revisit.value, revisit.value] : [revisit.min, revisit.max];
  return () => Math.max(0, Math.floor((max - (draw() - min) - 1) / stride));
}

/** Writes rows of one or more partitions: one statement alone, several in a batch. */
export function insertMaker(parts: InsertParts): UserOperationMaker {
  const { shape, table, statement, random, fresh } = parts;
  const levels: StatementLevels = {
    consistency: shape.consistencyLevel ?? parts.levels.consistency,
    serialConsistency: shape.serialConsistencyLevel ?? parts.levels.serialConsistency,
  };
  const partition = new Partition(table);
  const select = shareDraw(shape.select, random);
  const leavesUnset = shape.unpopulated === 'unset';
  const population = shareDraw(shape.rowPopulation, random);
  const open = isOne(shape.visits)
    ? undefined
    : new OpenPartitions({
        fresh: () => fresh.next(),
        visits: sampler(shape.visits, random),
        revisit: revisitDraw(shape.revisit, random, parts.stride),
      });
  const chosen = (from: number, to: number): number[] => {
    const share = select();
    const all = Array.from({ length: to - from }, (_, index) => from + index);
    if (share > ALL) return all;
    const some = all.filter(() => random() < share);
    return some.length > 0 || all.length === 0 ? some : [from + Math.floor(random() * (to - from))];
  };
  const visitOf = ({ seed, further }: WorkItems, index: number): Visit =>
    open?.take() ?? { item: index === 0 ? seed : (further[index - 1] ?? seed), part: 0, parts: 1 };
  return {
    restart: () => {
      open?.clear();
      fresh.restart();
    },
    make(items) {
      const entries: BatchEntry[] = [];
      let route: Buffer = Buffer.alloc(0);
      for (let index = 0; index < items.partitions; index++) {
        const visit = visitOf(items, index);
        partition.setItem(visit.item);
        if (index === 0) route = routingKeyOf(partition.key);
        const [from, to] = rowsOfVisit(visit, partition.rows);
        for (const row of chosen(from, to)) {
          const { values, clustering } = partition.row(row, population());
          const given = leavesUnset ? values.map((value) => value ?? undefined) : values;
          entries.push({ statement, values: [...given, ...partition.key, ...clustering] });
        }
      }
      const kept = entries.slice(0, BATCH_MOST);
      const [only] = kept;
      const frame =
        only !== undefined && kept.length === 1
          ? executeFrame(statement, levels, only.values)
          : batchFrame(kept, { type: shape.batchType, ...levels });
      return { frame, route, rows: kept.length, partitions: items.partitions };
    },
  };
}
