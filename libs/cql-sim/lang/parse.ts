import { Cursor } from './cursor.js';
import { parseBatch, parseDelete, parseInsert, parseUpdate } from './parse-modification.js';
import { parseAlter, parseCreate, parseDrop, parseTruncate } from './parse-schema.js';
import { parseSelect } from './parse-select.js';
import type { Statement } from './statement.js';

export interface Parsed {
  statement: Statement;
  /** One for each marker, in order; null for `?`. */
  markers: (string | null)[];
}

function parseUse(cursor: Cursor): Statement {
  cursor.expectWord('use');
  return { kind: 'use', keyspace: cursor.name() };
}

const STATEMENTS: Record<string, (cursor: Cursor) => Statement> = {
  select: parseSelect,
  insert: parseInsert,
  update: parseUpdate,
  delete: parseDelete,
  begin: parseBatch,
  create: parseCreate,
  alter: parseAlter,
  drop: parseDrop,
  truncate: parseTruncate,
  use: parseUse,
};

/** Parses one CQL statement; a SyntaxError (0x2000) names line and column. */
export function parse(query: string): Parsed {
  const cursor = new Cursor(query);
  const first = cursor.peek();
  const read = first.kind === 'word' && Object.hasOwn(STATEMENTS, first.text) ? STATEMENTS[first.text] : undefined;
  if (!read) throw cursor.noAlternative();
  const statement = read(cursor);
  cursor.expectEnd();
  return { statement, markers: cursor.markers };
}
