import type { Cursor } from './cursor.js';
import type { Term } from './statement.js';

function braces(cursor: Cursor): Term {
  const entries: { key: Term; value: Term | null }[] = [];
  if (!cursor.acceptSymbol('}')) {
    do {
      const key = parseTerm(cursor);
      entries.push({ key, value: mapValue(cursor) });
    } while (cursor.acceptSymbol(','));
    cursor.expectSymbol('}');
  }
  return { kind: 'braces', entries };
}

/** `{'a':?}` reads as a colon and a marker, and `{'a': :b}` as a colon and a named one. */
function mapValue(cursor: Cursor): Term | null {
  return cursor.acceptSymbol(':') ? parseTerm(cursor) : null;
}

function items(cursor: Cursor, close: string): Term[] {
  if (cursor.acceptSymbol(close)) return [];
  const terms = cursor.list(() => parseTerm(cursor));
  cursor.expectSymbol(close);
  return terms;
}

function word(cursor: Cursor, text: string): Term {
  if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true' };
  if (text === 'null') return { kind: 'null' };
  if (text === 'nan' || text === 'infinity') return { kind: 'float', text };
  cursor.expectSymbol('(');
  return { kind: 'call', name: text, args: items(cursor, ')') };
}

/** Reads one value: a literal, a marker, a collection, a tuple or a function call. */
export function parseTerm(cursor: Cursor): Term {
  const token = cursor.peek();
  if (token.kind === 'word') return word(cursor, cursor.next().text);
  if (token.kind === 'marker') {
    cursor.next();
    const name = token.text === '?' ? null : markerName(token.text);
    cursor.markers.push(name);
    return { kind: 'marker', index: cursor.markers.length - 1, name };
  }
  if (token.kind === 'symbol') {
    if (cursor.acceptSymbol('[')) return { kind: 'list', items: items(cursor, ']') };
    if (cursor.acceptSymbol('(')) return { kind: 'tuple', items: items(cursor, ')') };
    if (cursor.acceptSymbol('{')) return braces(cursor);
    throw cursor.noAlternative();
  }
  if (token.kind === 'end' || token.kind === 'quoted') throw cursor.noAlternative();
  cursor.next();
  return { kind: token.kind, text: token.text };
}

function markerName(text: string): string {
  return text.startsWith(':"') ? text.slice(2, -1).replaceAll('""', '"') : text.slice(1).toLowerCase();
}
