import type { LoggedChange } from '../cdc/change-log.js';
import { isLogged } from '../cdc/log-table.js';
import type { Modification } from '../lang/statement.js';
import type { Bytes } from '../storage/bytes.js';
import type { Table } from '../storage/table.js';
import type { Call } from './call.js';
import type { Environment } from './environment.js';
import type { WriteTarget, WriteTimes } from './write-target.js';

/** Applies a modification to one partition. */
type Apply = (call: Call, key: Bytes, timestampUs: number) => void;

interface Logged {
  table: Table;
  statement: Modification;
  environment: Environment;
  where: WriteTarget;
  times: WriteTimes;
  /** What the last application wrote. */
  cells: () => LoggedChange['cells'];
  apply: Apply;
}

/** Null for what ScyllaDB logs as the two ends of a range, which is left out here. */
function operationOf(statement: Modification, { rows }: WriteTarget, table: Table): LoggedChange['operation'] | null {
  if (statement.kind !== 'delete') return statement.kind;
  if (statement.columns.length > 0) return 'update';
  if (rows.isTrivial && table.clustering.length > 0) return 'partitionDelete';
  return rows.isSingleRow ? 'rowDelete' : null;
}

/** The same, with a row in ScyllaDB's CDC log; nothing more where there is none. */
export function logging({ table, statement, environment, where, times, cells, apply }: Logged): Apply {
  const { changeLog } = environment;
  const operation = operationOf(statement, where, table);
  if (changeLog === null || operation === null || !isLogged(table)) return apply;
  const deleted = statement.kind === 'delete' ? statement.columns.map((column) => ({ column, value: null })) : null;
  return (call, key, timestampUs) => {
    apply(call, key, timestampUs);
    changeLog.record(table, {
      operation,
      key,
      clustering: where.rows.prefix(call),
      cells: deleted ?? cells(),
      timestampUs,
      ttlSeconds: statement.kind === 'delete' ? 0 : times.ttlSeconds(call),
    });
  };
}
