import type { CqlError } from '../cql-error.js';
import { syntaxError, tokenize, type Token } from './token.js';

/** Reserved words of CQL 3: they are names only when quoted. */
const RESERVED = new Set(
  `add allow alter and apply asc authorize batch begin by columnfamily create delete desc describe drop entries execute
   from full grant if in index infinity insert into is keyspace limit materialized modify nan norecursive not null of on
   or order primary rename replace revoke schema select set table to token truncate unlogged update use using view
   where with`.split(/\s+/),
);

const END: Token = { kind: 'end', text: '<EOF>', raw: '<EOF>', at: 0 };

/** A place in a statement's tokens, with the questions that a recursive-descent parser asks. */
export class Cursor {
  private readonly tokens: Token[];
  private place = 0;
  /** Markers met so far, in order; null for `?`. */
  readonly markers: (string | null)[] = [];

  constructor(readonly query: string) {
    this.tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.place + ahead, this.tokens.length - 1)] ?? END;
  }

  next(): Token {
    const token = this.peek();
    this.place++;
    return token;
  }

  isWord(...words: string[]): boolean {
    return words.every((word, i) => this.peek(i).kind === 'word' && this.peek(i).text === word);
  }

  acceptWord(...words: string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.place += words.length;
    return true;
  }

  expectWord(...words: string[]): void {
    for (const word of words) {
      if (!this.acceptWord(word)) throw this.mismatch(`expecting K_${word.toUpperCase()}`);
    }
  }

  isSymbol(symbol: string): boolean {
    const token = this.peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.place++;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.mismatch(`expecting '${symbol}'`);
  }

  /** A name: a word (lower case) or a quoted identifier as written. */
  name(): string {
    const token = this.peek();
    const isName = token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.text));
    if (!isName) throw this.noAlternative();
    this.place++;
    return token.text;
  }

  /** `a, b, c` of whatever `item` reads. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.acceptSymbol(',')) items.push(item());
    return items;
  }

  mismatch(expected: string): CqlError {
    return syntaxError(this.query, this.peek().at, `mismatched input '${this.peek().raw}' ${expected}`);
  }

  noAlternative(): CqlError {
    return syntaxError(this.query, this.peek().at, `no viable alternative at input '${this.peek().raw}'`);
  }

  /** The statement ends here, perhaps after a semicolon. */
  expectEnd(): void {
    this.acceptSymbol(';');
    if (this.peek().kind !== 'end') throw this.mismatch('expecting EOF');
  }
}
