import { RESULT_KIND } from '#libs/cql/protocol.js';
import { invalid } from '../cql-error.js';
import { native } from '../lang/cql-type.js';
import type { LwtCondition } from '../lang/statement.js';
import { booleanBytes } from '../storage/bytes.js';
import type { Partition } from '../storage/partition.js';
import type { Row } from '../storage/row.js';
import type { Column, Table } from '../storage/table.js';
import type { Call } from './call.js';
import { readColumn } from './row-filter.js';
import { RowsMetadata } from './rows-metadata.js';
import type { TermCompiler } from './term.js';
import { bindTest, compileRelation, type Restriction } from './where.js';

const APPLIED = { name: '[applied]', type: native('boolean') };

/** The IF clause of a modification: decides whether it applies, and writes the answer that conditional writes get. */
export class Condition {
  private readonly restrictions: readonly Restriction[];
  /** What the answer shows of the row when the condition did not hold. */
  private readonly shown: readonly Column[];

  constructor(
    private readonly table: Table,
    private readonly kind: Exclude<LwtCondition['kind'], 'none'>,
    relations: Extract<LwtCondition, { kind: 'columns' }>['relations'],
    compiler: TermCompiler,
  ) {
    this.restrictions = relations.map((relation) => compileRelation(table, relation, compiler));
    const named = this.restrictions.flatMap(({ columns }) => columns);
    if (named.some(({ slot }) => slot < 0)) throw invalid('PRIMARY KEY column cannot have IF conditions');
    this.shown = kind === 'columns' ? [...new Set(named)] : table.columns;
  }

  static of(table: Table, condition: LwtCondition, compiler: TermCompiler): Condition | null {
    if (condition.kind === 'none') return null;
    return new Condition(table, condition.kind, condition.kind === 'columns' ? condition.relations : [], compiler);
  }

  holds(call: Call, partition: Partition | undefined, row: Row | null): boolean {
    const exists = row?.isLive(call.wallMs) ?? false;
    if (this.kind !== 'columns') return exists === (this.kind === 'exists');
    return this.restrictions.every((restriction) => {
      const stored = restriction.columns.map((column) =>
        partition ? readColumn(this.table, column, partition, row, call.wallMs) : null,
      );
      // IF c = null and IF c != x hold for a cell that is not there.
      const wanted = restriction.values.map((value) => value(call) ?? null);
      if (restriction.operator === '=' && wanted[0] === null) return stored[0] === null;
      if (restriction.operator === '!=' && (wanted[0] === null || stored[0] === null)) return wanted[0] !== stored[0];
      return bindTest(restriction, call)(stored);
    });
  }

  /** One row: [applied], and when false what stands there instead. */
  writeAnswer(call: Call, applied: boolean, partition: Partition | undefined, row: Row | null): void {
    const visible = !applied && partition !== undefined && row?.isLive(call.wallMs) === true;
    const columns = visible ? this.shown : [];
    const metadata = new RowsMetadata(this.table.keyspace, this.table.name, [APPLIED, ...columns]);
    metadata.writeRows(call.out, false, null, 1);
    call.out.value(booleanBytes(applied));
    if (!partition) return;
    for (const column of columns) call.out.value(readColumn(this.table, column, partition, row, call.wallMs));
  }
}

export const writeVoid = (call: Call): void => call.out.int32(RESULT_KIND.VOID);
