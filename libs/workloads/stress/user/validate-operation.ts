import type { Mismatch } from '#libs/contract/summary.js';
import { executeFrame } from '#libs/cql/execute-frame.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { Partition, type GeneratedRow, type TableGenerators } from '#libs/stress/profile/partition.js';
import type { InsertShape, Profile } from '#libs/stress/profile/profile.js';
import { isOne } from '#libs/stress/profile/user-spec.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import type { Ratio } from '../distribution.schema.js';
import { readCells, type Cells } from './cells.js';
import { sameValue } from './same-value.js';
import { routingKeyOf, type StatementLevels, type UserAnswer, type UserOperationMaker } from './user-request.js';

const quoted = (name: string): string => `"${name}"`;

/** The statements that read the rows back: of a whole partition, and below each number of its clustering columns. */
export function validateCql(
  { keyspace, table }: Pick<Profile, 'keyspace' | 'table'>,
  generators: TableGenerators,
): string[] {
  const { partitionKey, clustering, values } = generators;
  const read = [...clustering, ...values];
  const columns = (read.length > 0 ? read : partitionKey).map(({ name }) => quoted(name)).join(', ');
  return Array.from({ length: clustering.length + 1 }, (_, depth) => {
    const given = [...partitionKey, ...clustering.slice(0, depth)].map(({ name }) => `${quoted(name)} = ?`);
    return `SELECT ${columns} FROM ${quoted(keyspace)}.${quoted(table)} WHERE ${given.join(' AND ')}`;
  });
}

/** The share that every row has, where it is the same for all. */
const fixedShare = ({ distribution, divisor }: Ratio): number | undefined =>
  distribution.type === 'fixed' ? Math.min(1, distribution.value / divisor) : undefined;

const idOf = (cells: readonly (Buffer | null)[]): string => cells.map((cell) => cell?.toString('hex') ?? '').join(':');

/**
 * Reads rows back, by partition or below some of their clustering columns, and compares them with those that `insert`
 * writes. A row that is not there counts only where `insert` writes every row at once.
 */
export function validateMaker(
  shape: InsertShape,
  table: TableGenerators,
  statements: readonly PreparedStatement[],
  levels: StatementLevels,
  random: () => number,
): UserOperationMaker {
  const partition = new Partition(table);
  const writesAll = fixedShare(shape.select) === 1 && isOne(shape.visits);
  const population = fixedShare(shape.rowPopulation);
  return {
    make({ seed }) {
      partition.setItem(seed);
      const rows = Array.from({ length: partition.rows }, (_, index) => partition.row(index, population ?? 1));
      const depth = Math.floor(random() * statements.length);
      const given = rows[Math.floor(random() * rows.length)]?.clustering.slice(0, depth) ?? [];
      const prefix = idOf(given);
      const wanted = new Map(
        rows
          .filter(({ clustering }) => idOf(clustering.slice(0, depth)) === prefix)
          .map((row) => [idOf(row.clustering), row]),
      );
      const route = routingKeyOf(partition.key);
      const key = route.toString('hex');
      const statement = statements[depth] ?? statements[0];
      if (statement === undefined) throw new RangeError('no statement to validate with');
      return {
        frame: executeFrame(statement, levels, [...partition.key, ...given]),
        route,
        rows: 0,
        partitions: 1,
        read: (buffer, start, end) =>
          compare(
            { key, table, wanted, writesAll, mayBeNull: population === undefined },
            readCells(buffer, start, end),
          ),
      };
    },
  };
}

interface Comparison {
  key: string;
  table: TableGenerators;
  wanted: ReadonlyMap<string, GeneratedRow>;
  writesAll: boolean;
  mayBeNull: boolean;
}

function compare({ key, table, wanted, writesAll, mayBeNull }: Comparison, rows: Cells): UserAnswer {
  const depth = table.clustering.length;
  const differs = (mismatch: Omit<Mismatch, 'key'>): UserAnswer => ({
    outcome: OUTCOME_INDEX.validation,
    rows: rows.length,
    partitions: 1,
    mismatch: { key, ...mismatch },
  });
  for (const cells of rows) {
    const id = idOf(cells.slice(0, depth));
    const row = wanted.get(id);
    if (row === undefined) return differs({ column: '*', expected: 'no row of this clustering', found: id });
    for (const [index, { name, type }] of table.values.entries()) {
      const found = cells[depth + index] ?? null;
      const expected = row.values[index] ?? null;
      if (!(found === null && mayBeNull) && !sameValue(type, expected, found))
        return differs({
          column: name,
          expected: expected?.toString('hex') ?? 'nothing',
          found: found?.toString('hex') ?? null,
        });
    }
  }
  if (rows.length < wanted.size && (writesAll || rows.length === 0)) {
    const mismatch = { key, column: '*', expected: `${wanted.size} rows`, found: `${rows.length} rows` };
    return { outcome: OUTCOME_INDEX.missing, rows: rows.length, partitions: 1, mismatch };
  }
  return { outcome: OUTCOME_INDEX.ok, rows: rows.length, partitions: 1 };
}
