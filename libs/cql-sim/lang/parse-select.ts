import type { Cursor } from './cursor.js';
import { parseTerm } from './parse-term.js';
import { parseTableName, parseWhere } from './parse-where.js';
import type { Select, Selector, Term } from './statement.js';

const alias = (cursor: Cursor): string | null => (cursor.acceptWord('as') ? cursor.name() : null);

function called<T>(cursor: Cursor, read: () => T): T {
  cursor.expectSymbol('(');
  const value = read();
  cursor.expectSymbol(')');
  return value;
}

function countSelector(cursor: Cursor): Selector {
  const argument = called(cursor, () => {
    if (cursor.acceptSymbol('*')) return { column: null, label: 'count' };
    if (cursor.peek().kind === 'integer') {
      cursor.next();
      return { column: null, label: 'count' };
    }
    const column = cursor.name();
    return { column, label: `system.count(${column})` };
  });
  return { kind: 'count', ...argument, alias: alias(cursor) };
}

function parseSelector(cursor: Cursor): Selector {
  const isCall = cursor.peek(1).kind === 'symbol' && cursor.peek(1).text === '(';
  if (!isCall) return { kind: 'column', column: cursor.name(), alias: alias(cursor) };
  const { text } = cursor.next();
  if (text === 'count') return countSelector(cursor);
  if (text === 'writetime' || text === 'ttl' || text === 'min' || text === 'max') {
    return { kind: text, column: called(cursor, () => cursor.name()), alias: alias(cursor) };
  }
  if (text === 'token') {
    return { kind: 'token', columns: called(cursor, () => cursor.list(() => cursor.name())), alias: alias(cursor) };
  }
  throw cursor.noAlternative();
}

function orderBy(cursor: Cursor): Select['orderBy'] {
  if (!cursor.acceptWord('order', 'by')) return [];
  return cursor.list(() => {
    const column = cursor.name();
    const descending = cursor.acceptWord('desc');
    if (!descending) cursor.acceptWord('asc');
    return { column, descending };
  });
}

const optional = (cursor: Cursor, ...words: string[]): Term | null =>
  cursor.acceptWord(...words) ? parseTerm(cursor) : null;

export function parseSelect(cursor: Cursor): Select {
  cursor.expectWord('select');
  const distinct = cursor.acceptWord('distinct');
  const selectors = cursor.acceptSymbol('*') ? [] : cursor.list(() => parseSelector(cursor));
  cursor.expectWord('from');
  return {
    kind: 'select',
    name: parseTableName(cursor),
    selectors,
    distinct,
    where: parseWhere(cursor),
    orderBy: orderBy(cursor),
    perPartitionLimit: optional(cursor, 'per', 'partition', 'limit'),
    limit: optional(cursor, 'limit'),
    allowFiltering: cursor.acceptWord('allow', 'filtering'),
  };
}
