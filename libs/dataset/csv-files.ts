import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import type { DataFile } from './data-file.js';

/** A file that a pattern has found. */
export interface CsvFile extends DataFile {
  /** Below the folder, with / between. */
  name: string;
  bytes: number;
  modifiedMs: number;
}

const MOST_BRACES = 64;

/** `a.{b,c}` as `a.b` and `a.c`. */
function withoutBraces(pattern: string): string[] {
  const [, before = '', choice, after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(pattern) ?? [];
  if (choice === undefined) return [pattern];
  const all = choice.split(',').flatMap((one) => withoutBraces(before + one + after));
  if (all.length > MOST_BRACES)
    throw new CodedError(
      'VALIDATION_FAILED',
      `the pattern ${pattern} has too many choices in braces: use at most ${MOST_BRACES}`,
    );
  return all;
}

const PARTS: Readonly<Record<string, string>> = { '**/': '(?:[^/.][^/]*/)*', '**': '.*', '*': '[^/]*', '?': '[^/]' };
/** The first character of a pattern that may stand for another; a bracket alone is itself. */
export const WILDCARD = /[*?{]|\[!?[^/][^\]/]*\]/;

/** `[a-c]` or `[!a-c]`, as an expression has it. */
function classOf(part: string): string {
  const isNegated = part.startsWith('[!');
  const characters = part.slice(isNegated ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
  return `[${isNegated ? '^/' : ''}${characters}]`;
}

function expressionOf(pattern: string): RegExp {
  const source = pattern.replaceAll(
    /\*\*\/|\*\*|\*|\?|\[!?[^/][^\]/]*\]|\[|[^*?[]+/g,
    (part) =>
      PARTS[part] ??
      (part.length > 1 && part.startsWith('[') ? classOf(part) : part.replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)),
  );
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    throw new CodedError('VALIDATION_FAILED', `the pattern ${pattern} has a range that ends before it begins`);
  }
}

/**
 * What a pattern matches: `*`, `?`, `[a-c]` and `[!a-c]` within a folder, `**` over folders (none that begins with a dot),
 * `{a,b}`; and a name that is the pattern itself. Throws CodedError VALIDATION_FAILED.
 */
export function globOf(pattern: string): (name: string) => boolean {
  const expressions = withoutBraces(pattern).map(expressionOf);
  return (name) => name === pattern || expressions.some((expression) => expression.test(name));
}

/** Splits a pattern such as `../rows/worker*.csv` into the folder before the first wildcard and the rest. */
export function splitPattern(pattern: string): { folder: string; pattern: string } {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => WILDCARD.test(part));
  const at = wild < 0 ? parts.length - 1 : wild;
  const folder = parts.slice(0, at).join('/');
  return { folder: folder === '' ? (pattern.startsWith('/') ? '/' : '.') : folder, pattern: parts.slice(at).join('/') };
}

async function walk(root: string, below: string, found: string[]): Promise<void> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await walk(root, name, found);
    else found.push(name);
  }
}

const unreadable = (what: string, cause: unknown): CodedError =>
  new CodedError(
    'INPUT_UNREADABLE',
    `${what} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
    [],
    {
      cause,
    },
  );

/** The file of this name below `folder` (absolute, links resolved), or what is wrong with it in a sentence. */
export async function lookAt(folder: string, name: string): Promise<CsvFile | string> {
  try {
    const path = await realpath(join(folder, name));
    if (!path.startsWith(folder === '/' ? folder : folder + sep))
      return `${name} leads out of the folder by a symbolic link`;
    const { size, mtimeMs, isFile } = await stat(path).then((found) => ({
      size: found.size,
      mtimeMs: found.mtimeMs,
      isFile: found.isFile(),
    }));
    if (!isFile) return `${name} is no file`;
    return { name, path, bytes: size, modifiedMs: Math.round(mtimeMs) };
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * The files below `folder` (absolute, links resolved) that `pattern` matches, by name; what begins with a dot is left out,
 * and so is what `isLeftOut` says of its path. Throws CodedError INPUT_UNREADABLE when there is none, or one that is no file
 * of its own below the folder.
 */
export async function findCsvFiles(
  folder: string,
  shown: string,
  pattern: string,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<CsvFile[]> {
  const names: string[] = [];
  await walk(folder, '', names).catch((error: unknown) => {
    throw unreadable(shown, error);
  });
  const matches = globOf(pattern);
  const wanted = names.filter((name) => matches(name) && !isLeftOut(join(folder, name))).toSorted();
  if (wanted.length === 0)
    throw new CodedError(
      'INPUT_UNREADABLE',
      `No files found matching pattern '${pattern}' in ${shown}: check folder and pattern`,
    );
  const files: CsvFile[] = [];
  const problems: string[] = [];
  for (const name of wanted) {
    const found = await lookAt(folder, name);
    if (typeof found === 'string') problems.push(found);
    else files.push(found);
  }
  if (problems.length > 0)
    throw new CodedError(
      'INPUT_UNREADABLE',
      `${shown} holds what cannot be read as files: ${problems.slice(0, 10).join('; ')}`,
    );
  return files;
}
