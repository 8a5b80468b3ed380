import type { Cursor } from './cursor.js';
import { parseTerm } from './parse-term.js';
import { parseCondition, parseTableName, parseRelations, parseUsing } from './parse-where.js';
import type { Assignment, Delete, Insert, LwtCondition, Modification, Statement, Update, Using } from './statement.js';

export function parseInsert(cursor: Cursor): Insert {
  cursor.expectWord('insert', 'into');
  const name = parseTableName(cursor);
  cursor.expectSymbol('(');
  const columns = cursor.list(() => cursor.name());
  cursor.expectSymbol(')');
  cursor.expectWord('values');
  cursor.expectSymbol('(');
  const terms = cursor.list(() => parseTerm(cursor));
  cursor.expectSymbol(')');
  const condition = insertCondition(cursor);
  return { kind: 'insert', name, columns, terms, condition, using: parseUsing(cursor) };
}

function insertCondition(cursor: Cursor): LwtCondition {
  if (!cursor.acceptWord('if')) return { kind: 'none' };
  cursor.expectWord('not', 'exists');
  return { kind: 'not-exists' };
}

/** The value side is `c + ?`, `c - ?` or `? + c` when it names a column; anything else is a plain value. */
function parseAssignment(cursor: Cursor): Assignment {
  const column = cursor.name();
  if (cursor.acceptSymbol('[')) {
    const key = parseTerm(cursor);
    cursor.expectSymbol(']');
    cursor.expectSymbol('=');
    return { kind: 'element', column, key, term: parseTerm(cursor) };
  }
  cursor.expectSymbol('=');
  const sign = cursor.peek(1);
  const first = cursor.peek();
  const namesColumn = (first.kind === 'word' || first.kind === 'quoted') && (sign.text === '+' || sign.text === '-');
  if (namesColumn) {
    if (cursor.name() !== column) throw cursor.noAlternative();
    const kind = cursor.next().text === '+' ? 'add' : 'subtract';
    return { kind, column, term: parseTerm(cursor) };
  }
  const term = parseTerm(cursor);
  if (!cursor.acceptSymbol('+')) return { kind: 'set', column, term };
  if (cursor.name() !== column) throw cursor.noAlternative();
  return { kind: 'prepend', column, term };
}

export function parseUpdate(cursor: Cursor): Update {
  cursor.expectWord('update');
  const name = parseTableName(cursor);
  const using = parseUsing(cursor);
  cursor.expectWord('set');
  const assignments = cursor.list(() => parseAssignment(cursor));
  cursor.expectWord('where');
  const where = parseRelations(cursor);
  return { kind: 'update', name, assignments, where, condition: parseCondition(cursor), using };
}

export function parseDelete(cursor: Cursor): Delete {
  cursor.expectWord('delete');
  const columns = cursor.isWord('from') ? [] : cursor.list(() => cursor.name());
  cursor.expectWord('from');
  const name = parseTableName(cursor);
  const using = parseUsing(cursor);
  cursor.expectWord('where');
  const where = parseRelations(cursor);
  return { kind: 'delete', name, columns, where, condition: parseCondition(cursor), using };
}

const MODIFICATIONS: Record<string, (cursor: Cursor) => Modification> = {
  insert: parseInsert,
  update: parseUpdate,
  delete: parseDelete,
};

const noUsing = (): Using => ({ timestamp: null, ttl: null });

/** BEGIN [UNLOGGED | COUNTER] BATCH … APPLY BATCH. */
export function parseBatch(cursor: Cursor): Extract<Statement, { kind: 'batch' }> {
  cursor.expectWord('begin');
  const type = cursor.acceptWord('unlogged') ? 'unlogged' : cursor.acceptWord('counter') ? 'counter' : 'logged';
  cursor.expectWord('batch');
  const using = cursor.isWord('using') ? parseUsing(cursor) : noUsing();
  const statements: Modification[] = [];
  while (!cursor.acceptWord('apply')) {
    const parse = MODIFICATIONS[cursor.peek().text];
    if (!parse) throw cursor.noAlternative();
    statements.push(parse(cursor));
    cursor.acceptSymbol(';');
  }
  cursor.expectWord('batch');
  return { kind: 'batch', type, statements, using };
}
