import type { RangeDelete, RangeEnd } from './change.js';
import type { RowState, Step } from './fold.js';
import { sinkValue } from './sink-value.js';
import { OWN, quoted, regularColumns, type SinkMode, type TargetTable } from './target-table.js';

export interface Statement {
  text: string;
  values: readonly unknown[];
}

type Row = Readonly<Record<string, unknown>>;

const MICROS_PER_MS = 1000;
/** When the row was deleted last, as the table has it. */
const DELETED_AT = `coalesce((t.${quoted(OWN.cells)}->>'')::int8, -1)`;
const EXCLUDED_AT = `EXCLUDED.${quoted(OWN.writtenMicros)}`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const cellAt = (name: string): string => `coalesce((t.${quoted(OWN.cells)}->>${literal(name)})::int8, 0)`;
/** A cell is older than the deletion of its row at the same instant, as in Cassandra. */
const isNewer = (name: string): string => `(${EXCLUDED_AT} > ${DELETED_AT} AND ${EXCLUDED_AT} >= ${cellAt(name)})`;

/** The statements that bring a table to what the steps say. */
export class TableStatements {
  constructor(
    private readonly table: TargetTable,
    private readonly mode: SinkMode,
  ) {}

  of(step: Step): Statement[] {
    if ('range' in step) return [this.deleteWhere(step.range.key, rangeOf(step.range), step.range.writtenMicros)];
    if ('partition' in step) return [this.deleteWhere(step.partition.key, [], step.partition.writtenMicros)];
    const deleted = step.rows.filter((row) => row.deleted);
    const groups = new Map<string, RowState[]>();
    for (const row of step.rows) {
      if (row.cells === undefined) continue;
      const signature = [...row.cells.keys(), row.inserted ? '+' : '-', expiryOf(row) === null ? '-' : '+'].join();
      groups.set(signature, [...(groups.get(signature) ?? []), row]);
    }
    return [
      ...(deleted.length > 0 ? [this.deleteRows(deleted)] : []),
      ...[...groups.values()].map((rows) => this.write(rows)),
    ];
  }

  private has(column: string): boolean {
    return this.table.columns.has(column);
  }

  /** `FROM` over one JSON array, with the types of the table. */
  private recordset(columns: readonly string[]): string {
    const defined = columns.map((name) => `${quoted(name)} ${this.table.columns.get(name) ?? 'text'}`);
    return `jsonb_to_recordset($1::jsonb) AS r(${defined.join(', ')})`;
  }

  private values(rows: readonly Row[]): readonly unknown[] {
    const typed = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, sinkValue(this.table.columns.get(name) ?? 'text', value)]),
      ),
    );
    return [JSON.stringify(typed)];
  }

  /** Columns that the sink fills by itself with every write, and what with. */
  private own(row: RowState): Record<string, unknown> {
    const expiresMicros = expiryOf(row);
    const expiry = expiresMicros === null ? null : expiresMicros / MICROS_PER_MS;
    // An update without a time to live leaves that of the other cells.
    const expires = this.has(OWN.expiresAt) && (row.inserted || expiresMicros !== null);
    return {
      ...(this.has(OWN.writtenMicros) ? { [OWN.writtenMicros]: row.writtenMicros } : {}),
      ...(this.has(OWN.deleted) ? { [OWN.deleted]: false } : {}),
      ...(expires ? { [OWN.expiresAt]: expiry } : {}),
    };
  }

  /** Rows whose writes touch the same columns, in one statement that leaves every other column alone. */
  private write(rows: readonly RowState[]): Statement {
    const [first] = rows;
    if (first?.cells === undefined) throw new RangeError('expected rows with cells');
    const key = Object.keys(first.key);
    const cells = [...first.cells.keys()].filter((name) => this.has(name));
    const own = Object.keys(this.own(first));
    const plain = [...key, ...cells, ...own];
    const guarded = this.mode.guard === 'cell';
    const written = `r.${quoted(OWN.writtenMicros)}`;
    const computed = [
      ...(this.has(OWN.updatedAt) ? [[OWN.updatedAt, 'clock_timestamp()'] as const] : []),
      ...(guarded ? [[OWN.cells, writtenCells(cells, written)] as const] : []),
    ];
    const into = [...plain, ...computed.map(([name]) => name)].map(quoted);
    const from = [...plain.map((name) => `r.${quoted(name)}`), ...computed.map(([, expression]) => expression)];
    const set = guarded ? this.guardedSet(cells, own) : this.lastSet([...cells, ...own]);
    const conflict = set.length > 0 ? `DO UPDATE SET ${set.join(', ')}` : 'DO NOTHING';
    const values = rows.map((row) => ({
      ...row.key,
      ...Object.fromEntries(cells.map((name) => [name, row.cells?.get(name)?.value ?? null])),
      ...this.own(row),
    }));
    return {
      text: `INSERT INTO ${this.table.name} AS t (${into.join(', ')}) SELECT ${from.join(', ')} FROM ${this.recordset(plain)} ON CONFLICT (${key.map(quoted).join(', ')}) ${conflict}`,
      values: this.values(values),
    };
  }

  /** What comes last wins. */
  private lastSet(columns: readonly string[]): string[] {
    const set = columns.map((name) => `${quoted(name)} = EXCLUDED.${quoted(name)}`);
    return this.has(OWN.updatedAt) ? [...set, `${quoted(OWN.updatedAt)} = clock_timestamp()`] : set;
  }

  /** Of each cell what was written last wins. */
  private guardedSet(cells: readonly string[], own: readonly string[]): string[] {
    const [at, deleted] = [quoted(OWN.writtenMicros), quoted(OWN.deleted)];
    const newer = cells.map(
      (name) =>
        `CASE WHEN ${isNewer(name)} THEN jsonb_build_object(${literal(name)}, ${EXCLUDED_AT}) ELSE '{}'::jsonb END`,
    );
    const rest = own.filter((name) => name !== OWN.writtenMicros && name !== OWN.deleted);
    return [
      ...cells.map(
        (name) =>
          `${quoted(name)} = CASE WHEN ${isNewer(name)} THEN EXCLUDED.${quoted(name)} ELSE t.${quoted(name)} END`,
      ),
      ...rest.map(
        (name) =>
          `${quoted(name)} = CASE WHEN ${EXCLUDED_AT} >= t.${at} THEN EXCLUDED.${quoted(name)} ELSE t.${quoted(name)} END`,
      ),
      `${deleted} = t.${deleted} AND ${EXCLUDED_AT} <= ${DELETED_AT}`,
      `${quoted(OWN.cells)} = ${[`coalesce(t.${quoted(OWN.cells)}, '{}'::jsonb)`, ...newer].join(' || ')}`,
      `${at} = greatest(t.${at}, ${EXCLUDED_AT})`,
      ...(this.has(OWN.updatedAt) ? [`${quoted(OWN.updatedAt)} = clock_timestamp()`] : []),
    ];
  }

  private deleteRows(rows: readonly RowState[]): Statement {
    const key = Object.keys(rows[0]?.key ?? {});
    if (this.mode.guard === 'cell') return this.bury(rows, key);
    const same = key.map((name) => `t.${quoted(name)} = r.${quoted(name)}`).join(' AND ');
    const { name } = this.table;
    const values = this.values(rows.map((row) => row.key));
    if (this.mode.deletes === 'hard') {
      return { text: `DELETE FROM ${name} AS t USING ${this.recordset(key)} WHERE ${same}`, values };
    }
    return { text: `UPDATE ${name} AS t SET ${this.emptied(key)} FROM ${this.recordset(key)} WHERE ${same}`, values };
  }

  private emptied(key: readonly string[]): string {
    const set = regularColumns(this.table, key).map((name) => `${quoted(name)} = NULL`);
    return [
      ...set,
      `${quoted(OWN.deleted)} = true`,
      ...(this.has(OWN.updatedAt) ? [`${quoted(OWN.updatedAt)} = clock_timestamp()`] : []),
    ].join(', ');
  }

  /** Deletes what is not newer, and keeps when that was, also of rows that nobody has seen yet. */
  private bury(rows: readonly RowState[], key: readonly string[]): Statement {
    const columns = [...key, OWN.writtenMicros];
    const into = [...columns, OWN.deleted, OWN.cells].map(quoted).join(', ');
    const from = [
      ...columns.map((name) => `r.${quoted(name)}`),
      'true',
      writtenCells([''], `r.${quoted(OWN.writtenMicros)}`),
    ];
    return {
      text: `INSERT INTO ${this.table.name} AS t (${into}) SELECT ${from.join(', ')} FROM ${this.recordset(columns)} ON CONFLICT (${key.map(quoted).join(', ')}) DO UPDATE SET ${this.buried(key, EXCLUDED_AT)}`,
      values: this.values(rows.map((row) => ({ ...row.key, [OWN.writtenMicros]: row.writtenMicros }))),
    };
  }

  private buried(key: readonly string[], at: string): string {
    const cells = `coalesce(t.${quoted(OWN.cells)}, '{}'::jsonb)`;
    const later = `SELECT 1 FROM jsonb_each_text(${cells}) AS e WHERE e.key <> '' AND e.value::int8 > ${at}`;
    return [
      ...regularColumns(this.table, key).map(
        (name) => `${quoted(name)} = CASE WHEN ${cellAt(name)} <= ${at} THEN NULL ELSE t.${quoted(name)} END`,
      ),
      `${quoted(OWN.deleted)} = NOT EXISTS (${later})`,
      `${quoted(OWN.cells)} = ${cells} || jsonb_build_object('', greatest(${DELETED_AT}, ${at}))`,
      `${quoted(OWN.writtenMicros)} = greatest(t.${quoted(OWN.writtenMicros)}, ${at})`,
      ...(this.has(OWN.updatedAt) ? [`${quoted(OWN.updatedAt)} = clock_timestamp()`] : []),
    ].join(', ');
  }

  /** All rows with these key columns, and in the range. */
  private deleteWhere(key: Row, range: readonly RangeCondition[], writtenMicros: number): Statement {
    const typed = (name: string): string => `::${this.table.columns.get(name) ?? 'text'}`;
    const values: unknown[] = [];
    const bind = (name: string, value: unknown): string => {
      values.push(sinkValue(this.table.columns.get(name) ?? 'text', value));
      return `$${values.length}${typed(name)}`;
    };
    const same = Object.entries(key).map(([name, value]) => `t.${quoted(name)} = ${bind(name, value)}`);
    const within = range.map(({ columns, values: bounds, operator }) => {
      const named = columns.map((name) => `t.${quoted(name)}`).join(', ');
      return `(${named}) ${operator} (${columns.map((name, index) => bind(name, bounds[index])).join(', ')})`;
    });
    const where = [...same, ...within].join(' AND ');
    const { name } = this.table;
    if (this.mode.deletes === 'hard') return { text: `DELETE FROM ${name} AS t WHERE ${where}`, values };
    const whole = [...Object.keys(key), ...range.flatMap(({ columns }) => columns)];
    const set =
      this.mode.guard === 'cell' ? this.buried(whole, `$${values.push(writtenMicros)}::int8`) : this.emptied(whole);
    return { text: `UPDATE ${name} AS t SET ${set} WHERE ${where}`, values };
  }
}

interface RangeCondition {
  columns: readonly string[];
  values: readonly string[];
  operator: '<' | '<=' | '>' | '>=';
}

function rangeOf({ from, to }: RangeDelete): RangeCondition[] {
  const after = ({ inclusive, falling }: RangeEnd) => (falling ? (inclusive ? '<=' : '<') : inclusive ? '>=' : '>');
  const before = ({ inclusive, falling }: RangeEnd) => (falling ? (inclusive ? '>=' : '>') : inclusive ? '<=' : '<');
  return [{ ...from, operator: after(from) } as const, { ...to, operator: before(to) } as const].filter(
    ({ columns }) => columns.length > 0,
  );
}

const writtenCells = (names: readonly string[], at: string): string =>
  names.length === 0
    ? `'{}'::jsonb`
    : `jsonb_build_object(${names.map((name) => `${literal(name)}, ${at}`).join(', ')})`;

/** When the first of the written cells vanishes, epoch microseconds; null for never. */
function expiryOf({ cells }: RowState): number | null {
  let first: number | null = null;
  for (const { expiresMicros } of cells?.values() ?? []) {
    if (expiresMicros !== null && (first === null || expiresMicros < first)) first = expiresMicros;
  }
  return first;
}
