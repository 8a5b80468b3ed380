import { CONSISTENCY } from '#libs/cql/protocol.js';
import { invalid } from '../cql-error.js';
import type { Delete, Insert, Modification, Update } from '../lang/statement.js';
import type { Bytes } from '../storage/bytes.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Mutation } from '../storage/mutation.js';
import type { Keyspace } from '../storage/schema.js';
import type { Column, Table } from '../storage/table.js';
import { compileAssignment, type CellChange } from './assignment.js';
import type { Call, Variable } from './call.js';
import { CellWriter } from './cell-writer.js';
import { Condition, writeVoid } from './condition.js';
import type { Environment, Plan } from './environment.js';
import { logging } from './logging.js';
import type { TermCompiler } from './term.js';
import { WriteTimes, compileTarget, relationsOfInsert, type WriteTarget } from './write-target.js';

/** Applies a modification to one partition. */
type Apply = (call: Call, key: Bytes, timestampUs: number) => void;

/** INSERT, UPDATE and DELETE. */
export class ModificationPlan implements Plan {
  readonly access = 'write';
  readonly metadata = null;
  readonly keyspace: string;
  readonly table: string;
  readonly keyIndexes: readonly number[];
  readonly isConditional: boolean;

  constructor(
    readonly target: Table,
    private readonly home: Keyspace,
    private readonly environment: Environment,
    private readonly where: WriteTarget,
    readonly condition: Condition | null,
    private readonly times: WriteTimes,
    private readonly applyTo: Apply,
    readonly variables: readonly Variable[],
  ) {
    this.isConditional = condition !== null;
    this.keyspace = target.keyspace;
    this.table = target.name;
    this.keyIndexes = where.keys.markers;
    if (condition && !where.keys.isSingle)
      throw invalid('IN on the partition key is not supported with conditional updates');
  }

  run(call: Call): void {
    if (this.condition === null) {
      this.apply(call);
      writeVoid(call);
      return;
    }
    const { partition, row } = this.found(call);
    const holds = this.condition.holds(call, partition, row);
    // The answer shows the row as it was.
    this.condition.writeAnswer(call, holds, partition, row);
    if (holds) this.apply(call);
  }

  /** The row that the IF clause is about. */
  found(call: Call): { partition: Partition | undefined; row: Row | null } {
    const key = this.where.keys.key(call);
    this.environment.availability.require(this.home, call.serialConsistency ?? CONSISTENCY.SERIAL, key);
    const partition = this.target.data.get(key);
    const row = partition?.find(this.where.rows.prefix(call), this.target.compareClustering) ?? null;
    return { partition, row };
  }

  apply(call: Call): void {
    const timestampUs = this.times.timestampUs(call);
    const { keys } = this.where;
    if (keys.isSingle) return this.applyToKey(call, keys.key(call), timestampUs);
    for (const key of keys.keys(call)) this.applyToKey(call, key, timestampUs);
  }

  private applyToKey(call: Call, key: Bytes, timestampUs: number): void {
    const { availability } = this.environment;
    if (this.condition) availability.require(this.home, call.consistency, key);
    else availability.requireWrite(this.home, call.consistency, key);
    this.applyTo(call, key, timestampUs);
  }
}

function requireWholeRow(table: Table, where: WriteTarget): void {
  if (where.rows.isSingleRow) return;
  const restricted = where.rows.prefixLength;
  throw invalid(
    `Some clustering keys are missing: ${table.clustering
      .slice(restricted)
      .map(({ name }) => name)
      .join(', ')}`,
  );
}

const NO_CLUSTERING: Bytes[] = [];

function cellWrites(table: Table, where: WriteTarget, times: WriteTimes, writer: CellWriter): Apply {
  if (!writer.needsNoRow) requireWholeRow(table, where);
  const { data } = table;
  const plain = table.clustering.length === 0 || writer.needsNoRow;
  return (call, key, timestampUs) =>
    writer.write(call, data, key, plain ? NO_CLUSTERING : where.rows.prefix(call), timestampUs, times.expiresMs(call));
}

function compileInsert(table: Table, statement: Insert, compiler: TermCompiler) {
  if (statement.columns.length !== statement.terms.length) throw invalid('Unmatched column names/values');
  if (table.isCounter) throw invalid('INSERT statements are not allowed on counter tables, use UPDATE instead');
  const changes = statement.columns.flatMap((name, i): CellChange[] => {
    const term = statement.terms[i];
    if (!term || table.column(name).slot < 0) return [];
    return [compileAssignment(table, { kind: 'set', column: name, term }, compiler)];
  });
  const where = compileTarget(table, relationsOfInsert(statement.columns, statement.terms, table), compiler);
  return { where, changes };
}

function compileUpdate(table: Table, statement: Update, compiler: TermCompiler) {
  const changes = statement.assignments.map((assignment) => compileAssignment(table, assignment, compiler));
  return { where: compileTarget(table, statement.where, compiler), changes };
}

function deletion(table: Table, statement: Delete, where: WriteTarget): Apply {
  const columns = statement.columns.map((name): Column => {
    const column = table.column(name);
    if (column.slot < 0) throw invalid(`Invalid identifier ${name} for deletion (should not be a PRIMARY KEY part)`);
    return column;
  });
  const { data } = table;
  if (columns.length > 0) {
    if (columns.some(({ kind }) => kind === 'regular')) requireWholeRow(table, where);
    return (call, key, timestampUs) => {
      const partition = data.obtain(key);
      const row = partition.obtain(where.rows.prefix(call), table.slots, table.compareClustering);
      for (const { kind, slot } of columns) {
        const holder = kind === 'static' ? partition.obtainStatics(table.slots) : row;
        data.budget.add(holder.write(slot, null, timestampUs, 0));
      }
    };
  }
  if (where.rows.isTrivial && table.clustering.length > 0) {
    return (_call, key, timestampUs) => data.budget.add(data.obtain(key).delete(timestampUs));
  }
  if (where.rows.isSingleRow) {
    return (call, key, timestampUs) => {
      const row = data.obtain(key).obtain(where.rows.prefix(call), table.slots, table.compareClustering);
      data.budget.add(row.delete(timestampUs));
    };
  }
  // A range: the rows that are there now. (A real node also hides older writes that arrive later.)
  return (call, key, timestampUs) => {
    const partition = data.get(key);
    if (!partition) return;
    for (const row of where.rows.select(partition, call)) data.budget.add(row.delete(timestampUs));
  };
}

/** The same, and then whoever listens to the changes is told; costs a look where nobody does. */
function telling(
  table: Table,
  kind: Mutation['kind'],
  { schema }: Environment,
  apply: Apply,
  cells: () => Mutation['cells'],
): Apply {
  const { keyspace, name } = table;
  return (call, key, timestampUs) => {
    apply(call, key, timestampUs);
    schema.mutated?.({ kind, keyspace, table: name, key: table.keyParts(key), cells: cells(), timestampUs });
  };
}

export function compileModification(
  statement: Modification,
  environment: Environment,
  compiler: TermCompiler,
): ModificationPlan {
  const table = environment.schema.table(statement.name, environment.currentKeyspace);
  const home = environment.schema.keyspace(table.keyspace);
  if (table.isVirtual) throw invalid(`${table.keyspace} keyspace is not user-modifiable.`);
  // Markers are numbered as they stand, so the order of compilation does not matter.
  const times = new WriteTimes(statement.using, table, compiler);
  let where: WriteTarget;
  let apply: Apply;
  let cells: () => Mutation['cells'] = () => [];
  if (statement.kind === 'delete') {
    where = compileTarget(table, statement.where, compiler);
    apply = deletion(table, statement, where);
  } else {
    const compiled =
      statement.kind === 'insert'
        ? compileInsert(table, statement, compiler)
        : compileUpdate(table, statement, compiler);
    where = compiled.where;
    const writer = new CellWriter(table, compiled.changes, statement.kind === 'insert', where.rows.prefixLength > 0);
    apply = cellWrites(table, where, times, writer);
    cells = () => writer.written();
  }
  const condition = Condition.of(table, statement.condition, compiler);
  const told = telling(table, statement.kind, environment, apply, cells);
  const logged = logging({ table, statement, environment, where, times, cells, apply: told });
  return new ModificationPlan(table, home, environment, where, condition, times, logged, compiler.variables);
}
