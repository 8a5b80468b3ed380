import { isMap, type Document, type LineCounter } from 'yaml';
import type { Issue } from '#libs/contract/problem.js';
import type { Distribution, Ratio } from '#libs/workloads/stress/distribution.schema.js';
import { readDistribution, readRatio } from '../distribution-text.js';
import { nearest } from '../words.js';

/** A YAML scalar as text; anything else is no text. */
export const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';

/** Collects what is wrong, each under its path and line. */
export class ProfileReader {
  readonly issues: Issue[] = [];

  constructor(
    private readonly name: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  problem(path: readonly (string | number)[], message: string): undefined {
    const node = this.document.getIn(path, true);
    const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    const line = typeof start === 'number' ? ` (line ${this.lines.linePos(start).line})` : '';
    this.issues.push({ path: [this.name, ...path].join('.'), message: `${message}${line}` });
    return undefined;
  }

  /** The entries of a map whose keys are known; the rest is refused by name, or with why it is not supported. */
  map(path: readonly (string | number)[], known: readonly string[], refused: Readonly<Record<string, string>> = {}) {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    const entries = new Map<string, unknown>();
    if (!isMap(node)) {
      this.problem(path, 'expected a map of names and values');
      return entries;
    }
    for (const pair of node.items) {
      const key = String(pair.key);
      const name = key.toLowerCase();
      const at = [...path, key];
      if (refused[name] !== undefined) this.problem(at, refused[name]);
      else if (!known.includes(name)) {
        const meant = nearest(name, known);
        this.problem(
          at,
          `unknown entry ${key}; ${meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`}`,
        );
      } else entries.set(name, this.document.getIn(at));
    }
    return entries;
  }

  text(path: readonly (string | number)[], value: unknown): string | undefined {
    if (value === undefined) return undefined;
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : this.problem(path, 'expected a text');
  }

  distribution(path: readonly (string | number)[], value: unknown): Distribution | undefined {
    if (value === undefined) return undefined;
    const read = readDistribution(plain(value).replaceAll(/\s/g, ''));
    return typeof read === 'string' ? this.problem(path, read) : read;
  }

  ratio(path: readonly (string | number)[], value: unknown): Ratio | undefined {
    if (value === undefined) return undefined;
    const read = readRatio(plain(value).replaceAll(/\s/g, ''));
    return typeof read === 'string' ? this.problem(path, read) : read;
  }
}
