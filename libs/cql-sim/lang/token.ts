import { ERROR_CODE } from '#libs/cql/protocol.js';
import { CqlError } from '../cql-error.js';

export type TokenKind =
  'word' | 'quoted' | 'string' | 'integer' | 'float' | 'blob' | 'uuid' | 'marker' | 'symbol' | 'end';

/** `text` is the value (words in lower case, strings without quotes); `raw` is what stood there, `at` its offset. */
export interface Token {
  kind: TokenKind;
  text: string;
  raw: string;
  at: number;
}

const SPACE = /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;

const PATTERNS: readonly [TokenKind, RegExp][] = [
  ['uuid', /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}/y],
  ['blob', /0[xX][0-9a-fA-F]*/y],
  ['float', /-?[0-9]+(?:\.[0-9]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)/y],
  ['integer', /-?[0-9]+/y],
  ['word', /[A-Za-z][A-Za-z0-9_]*/y],
  ['quoted', /"(?:[^"]|"")+"/y],
  ['string', /'(?:[^']|'')*'|\$\$[\s\S]*?\$\$/y],
  ['marker', /\?|:[A-Za-z][A-Za-z0-9_]*|:"(?:[^"]|"")+"/y],
  ['symbol', /<=|>=|!=|[()[\]{}<>=,.;*+\-:]/y],
];

const VALUE_OF: Partial<Record<TokenKind, (raw: string) => string>> = {
  word: (raw) => raw.toLowerCase(),
  quoted: (raw) => raw.slice(1, -1).replaceAll('""', '"'),
  string: (raw) => (raw.startsWith('$$') ? raw.slice(2, -2) : raw.slice(1, -1).replaceAll("''", "'")),
};

/** A syntax error in the words of Cassandra's parser, with line and column. */
export function syntaxError(query: string, at: number, message: string): CqlError {
  const before = query.slice(0, at).split('\n');
  return new CqlError(ERROR_CODE.SYNTAX, `line ${before.length}:${before.at(-1)?.length ?? 0} ${message}`);
}

/** After these a minus sign is an operator, not the sign of a number: `c = c -1`. */
const OPERANDS: readonly TokenKind[] = ['word', 'quoted', 'marker', 'integer', 'float'];

/** After these a colon parts a map's key from its value: `{'a':true}` holds no marker named `true`. */
const MAP_KEYS: readonly TokenKind[] = ['string', 'integer', 'float', 'blob', 'uuid'];

function tokenAt(query: string, at: number, previous: Token | undefined): Token {
  const minusIsOperator = query[at] === '-' && previous !== undefined && OPERANDS.includes(previous.kind);
  const colonIsSymbol = query[at] === ':' && previous !== undefined && MAP_KEYS.includes(previous.kind);
  if (minusIsOperator || colonIsSymbol) return { kind: 'symbol', text: query[at] ?? '', raw: query[at] ?? '', at };
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const raw = pattern.exec(query)?.[0];
    if (raw !== undefined) return { kind, text: VALUE_OF[kind]?.(raw) ?? raw, raw, at };
  }
  throw syntaxError(query, at, `no viable alternative at character '${query[at] ?? ''}'`);
}

/** Cuts a statement into tokens; the last is always of kind `end`. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(query)?.[0].length ?? 0;
    if (at >= query.length) break;
    const token = tokenAt(query, at, tokens.at(-1));
    tokens.push(token);
    at += token.raw.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', raw: '<EOF>', at: query.length });
  return tokens;
}
