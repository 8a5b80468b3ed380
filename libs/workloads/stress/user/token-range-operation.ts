import { CodedError } from '#libs/contract/coded-error.js';
import { executeFrame } from '#libs/cql/execute-frame.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import type { TableGenerators } from '#libs/stress/profile/partition.js';
import type { Profile, TokenRangeQuery } from '#libs/stress/profile/profile.js';
import { OUTCOME_INDEX } from '../outcome-index.js';
import { pagingStateOf } from '../row-check.js';
import { readCells, type Cells } from './cells.js';
import type { RangeCursor, TokenRangeWalk } from './token-ranges.js';
import type { StatementLevels, UserOperationMaker } from './user-request.js';

/** The statement that reads a range; the token comes first, so that partitions can be counted. */
export function tokenRangeCql(
  { keyspace, table }: Pick<Profile, 'keyspace' | 'table'>,
  { partitionKey }: Pick<TableGenerators, 'partitionKey'>,
  { columns }: Pick<TokenRangeQuery, 'columns'>,
  allColumns: readonly string[],
): string {
  const quoted = (name: string) => `"${name}"`;
  const token = `token(${partitionKey.map(({ name }) => quoted(name)).join(', ')})`;
  // A star beside another column is no CQL.
  const read = columns.trim() === '*' ? allColumns.map(quoted).join(', ') : columns;
  return `SELECT ${token}, ${read} FROM ${quoted(keyspace)}.${quoted(table)} WHERE ${token} > ? AND ${token} <= ?`;
}

const bigintBytes = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

/** Moves the cursor over the rows of a page; answers how many partitions begin in it. */
function partitionsOf(rows: Cells, cursor: RangeCursor): number {
  let partitions = 0;
  for (const [token] of rows) {
    const value = token?.length === 8 ? token.readBigInt64BE() : undefined;
    if (value !== cursor.lastToken) partitions++;
    cursor.lastToken = value;
  }
  return partitions;
}

/** Reads the next page of a range in each operation. */
export function tokenRangeMaker(
  { pageSize }: TokenRangeQuery,
  statement: PreparedStatement,
  levels: StatementLevels,
  walk: TokenRangeWalk,
): UserOperationMaker {
  return {
    make() {
      const cursor = walk.take();
      if (cursor === undefined) throw new CodedError('INTERNAL', 'a page was asked for when every range had been read');
      const { above, to, pagingState } = cursor;
      return {
        frame: executeFrame(statement, { ...levels, pageSize, pagingState }, [bigintBytes(above), bigintBytes(to)]),
        route: to,
        rows: 0,
        partitions: 0,
        read: (buffer, start, end) => {
          const rows = readCells(buffer, start, end);
          const partitions = partitionsOf(rows, cursor);
          const next = pagingStateOf(buffer, start);
          // What the buffer holds is gone after this call.
          cursor.pagingState = next && Buffer.from(next);
          walk.put(cursor, next === undefined);
          return { outcome: OUTCOME_INDEX.ok, rows: rows.length, partitions };
        },
        failed: () => walk.put(cursor, false),
      };
    },
  };
}
