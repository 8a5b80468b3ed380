import { CodedError } from '#libs/contract/coded-error.js';
import { executeFrame } from '#libs/cql/execute-frame.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { Partition, type TableGenerators } from '#libs/stress/profile/partition.js';
import type { ProfileQuery } from '#libs/stress/profile/profile.js';
import { routingKeyOf, type StatementLevels, type UserOperationMaker } from './user-request.js';

/** Asks with the values of a row of the partition, or of several rows. Throws CodedError for variables of no column. */
export function queryMaker(
  { cql, sameRow, consistencyLevel, serialConsistencyLevel }: ProfileQuery,
  table: TableGenerators,
  statement: PreparedStatement,
  levels: StatementLevels,
  random: () => number,
): UserOperationMaker {
  const partition = new Partition(table);
  const own: StatementLevels = {
    consistency: consistencyLevel ?? levels.consistency,
    serialConsistency: serialConsistencyLevel ?? levels.serialConsistency,
  };
  const names = [...table.partitionKey, ...table.clustering, ...table.values].map(({ name }) => name);
  const places = statement.columns.map(({ name }) => {
    const place = names.indexOf(name);
    if (place < 0)
      throw new CodedError('VALIDATION_FAILED', `the query binds ${name}, which is no column of its table (${cql})`);
    return place;
  });
  return {
    make({ seed }) {
      partition.setItem(seed);
      const draw = () => {
        const { clustering, values } = partition.row(Math.floor(random() * partition.rows));
        return [...partition.key, ...clustering, ...values];
      };
      let row = draw();
      const values = places.map((place, index) => {
        if (!sameRow && index > 0) row = draw();
        return row[place] ?? null;
      });
      return {
        frame: executeFrame(statement, own, values),
        route: routingKeyOf(partition.key),
        rows: 0,
        partitions: 1,
      };
    },
  };
}
