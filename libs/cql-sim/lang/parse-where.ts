import type { Cursor } from './cursor.js';
import { parseTerm } from './parse-term.js';
import type { LwtCondition, Operator, Relation, TableName, Term, Using } from './statement.js';

const OPERATORS: readonly Operator[] = ['=', '<', '<=', '>', '>=', '!='];

export function parseTableName(cursor: Cursor): TableName {
  const first = cursor.name();
  return cursor.acceptSymbol('.') ? { keyspace: first, table: cursor.name() } : { keyspace: null, table: first };
}

function columnsOf(cursor: Cursor): Pick<Relation, 'columns' | 'token'> {
  const token = cursor.acceptWord('token');
  if (!token && !cursor.isSymbol('(')) return { columns: [cursor.name()], token };
  cursor.expectSymbol('(');
  const columns = cursor.list(() => cursor.name());
  cursor.expectSymbol(')');
  return { columns, token };
}

function inTerms(cursor: Cursor): Pick<Relation, 'terms' | 'inMarker'> {
  if (!cursor.acceptSymbol('(')) return { terms: [parseTerm(cursor)], inMarker: true };
  if (cursor.acceptSymbol(')')) return { terms: [], inMarker: false };
  const terms = cursor.list(() => parseTerm(cursor));
  cursor.expectSymbol(')');
  return { terms, inMarker: false };
}

export function parseRelation(cursor: Cursor): Relation {
  const subject = columnsOf(cursor);
  if (cursor.acceptWord('in')) return { ...subject, operator: 'in', ...inTerms(cursor) };
  const operator = OPERATORS.find((symbol) => cursor.acceptSymbol(symbol));
  if (!operator) throw cursor.noAlternative();
  return { ...subject, operator, terms: [parseTerm(cursor)], inMarker: false };
}

export function parseRelations(cursor: Cursor): Relation[] {
  const relations = [parseRelation(cursor)];
  while (cursor.acceptWord('and')) relations.push(parseRelation(cursor));
  return relations;
}

export const parseWhere = (cursor: Cursor): Relation[] => (cursor.acceptWord('where') ? parseRelations(cursor) : []);

/** IF EXISTS, IF NOT EXISTS or IF with conditions on columns. */
export function parseCondition(cursor: Cursor): LwtCondition {
  if (!cursor.acceptWord('if')) return { kind: 'none' };
  if (cursor.acceptWord('not', 'exists')) return { kind: 'not-exists' };
  if (cursor.acceptWord('exists')) return { kind: 'exists' };
  return { kind: 'columns', relations: parseRelations(cursor) };
}

/** USING TIMESTAMP t AND TTL s, in either order. */
export function parseUsing(cursor: Cursor): Using {
  const using: { timestamp: Term | null; ttl: Term | null } = { timestamp: null, ttl: null };
  if (!cursor.acceptWord('using')) return using;
  do {
    if (cursor.acceptWord('timestamp')) using.timestamp = parseTerm(cursor);
    else if (cursor.acceptWord('ttl')) using.ttl = parseTerm(cursor);
    else throw cursor.noAlternative();
  } while (cursor.acceptWord('and'));
  return using;
}
