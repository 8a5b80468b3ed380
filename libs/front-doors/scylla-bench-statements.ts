import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';

/** Counter modes have a table of their own, whose name no flag changes. */
const COUNTER_TABLE = 'test_counters';

type Select = Extract<ScyllaBenchSpec, { mode: 'read' }>['select'];

const joined = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join(' ');

const isCounter = ({ mode }: ScyllaBenchSpec): boolean => mode === 'counter_update' || mode === 'counter_read';

/** The table of the run, without its keyspace. */
export const tableOf = (spec: ScyllaBenchSpec): string => ('table' in spec ? spec.table : COUNTER_TABLE);

/** Columns of the run's table with their types, the primary key first. */
export const columnsOf = (spec: ScyllaBenchSpec): Readonly<Record<string, string>> => ({
  pk: 'bigint',
  ck: 'bigint',
  ...(isCounter(spec) ? { c1: 'counter', c2: 'counter', c3: 'counter', c4: 'counter', c5: 'counter' } : { v: 'blob' }),
});

/** Makes the table where it is missing. */
export function benchTableCql(spec: ScyllaBenchSpec, keyspace: string): string {
  const columns = Object.entries(columnsOf(spec)).map(([name, type]) => `${name} ${type}`);
  return `CREATE TABLE IF NOT EXISTS ${nameOf(spec, keyspace)} (${columns.join(', ')}, PRIMARY KEY(pk, ck)) WITH compression = { }`;
}

const nameOf = (spec: ScyllaBenchSpec, keyspace: string): string => `"${keyspace}"."${tableOf(spec)}"`;

const BOUNDS: { [R in Select['restriction']]: (rows: number) => { where: string; limit?: string } } = {
  lowerBound: (rows) => ({ where: ' AND ck >= ?', limit: `LIMIT ${rows}` }),
  bothBounds: () => ({ where: ' AND ck >= ? AND ck < ?' }),
  in: (rows) => ({ where: ` AND ck IN (${Array.from({ length: rows }, () => '?').join(', ')})` }),
  none: (rows) => ({ where: '', limit: `LIMIT ${rows}` }),
};
const ORDERS = { none: undefined, asc: 'ORDER BY ck ASC', desc: 'ORDER BY ck DESC' } as const;
const bypass = (isBypassed: boolean): string | undefined => (isBypassed ? 'BYPASS CACHE' : undefined);

const insert = (spec: ScyllaBenchSpec, table: string): string =>
  joined(`INSERT INTO ${table} (pk, ck, v) VALUES (?, ?, ?)`, spec.extraClause);

const selects = (
  spec: ScyllaBenchSpec,
  { rowsPerRequest, restriction, orders, bypassCache }: Select,
  table: string,
): string[] => {
  const columns = Object.keys(columnsOf(spec)).join(', ');
  const { where, limit } = BOUNDS[restriction](rowsPerRequest);
  return orders.map((order) =>
    joined(
      `SELECT ${columns} FROM ${table} WHERE pk = ?${where}`,
      ORDERS[order],
      limit,
      bypass(bypassCache),
      spec.extraClause,
    ),
  );
};

/** The statements of the load. `reads` are taken in turn. */
export interface LoadStatements {
  write?: string;
  reads?: string[];
}

/**
 * What the load sends, with what it binds in order: a write pk, ck, v; a counter update the increments of c1 to c5 (ck,
 * ck + 1, … ck + 4), pk, ck; a read pk and the clustering keys of its restriction; a scan the first and last token of a range,
 * both included. BYPASS CACHE, which the original leaves out of scans, is in them too.
 */
export function loadStatements(spec: ScyllaBenchSpec, keyspace: string): LoadStatements {
  const table = nameOf(spec, keyspace);
  if (spec.mode === 'scan') {
    const scan = `SELECT pk, ck, v FROM ${table} WHERE token(pk) >= ? AND token(pk) <= ?`;
    return { reads: [joined(scan, bypass(spec.bypassCache), spec.extraClause)] };
  }
  if (spec.mode === 'counter_update') {
    const sums = ['c1', 'c2', 'c3', 'c4', 'c5'].map((column) => `${column} = ${column} + ?`).join(', ');
    return { write: joined(`UPDATE ${table}`, spec.extraClause, `SET ${sums} WHERE pk = ? AND ck = ?`) };
  }
  return {
    ...('value' in spec && { write: insert(spec, table) }),
    ...('select' in spec && { reads: selects(spec, spec.select, table) }),
  };
}
