import type { Issue } from './problem.js';
import { jsonPath } from './issues.js';

type Path = readonly PropertyKey[];

/** U+0000: JSON may carry it, and no text of PostgreSQL can. */
const NUL = '\0';

const MESSAGE = 'expected text without the character U+0000, found one with it';

/** Every text of a JSON value, keys included, that has the character U+0000 in it. */
export function nulIssues(value: unknown, path: Path = []): Issue[] {
  if (typeof value === 'string') return value.includes(NUL) ? [{ path: jsonPath(path), message: MESSAGE }] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each, index) => nulIssues(each, [...path, index]));
  return Object.entries(value).flatMap(([name, each]) =>
    name.includes(NUL) ? [{ path: jsonPath(path), message: `${MESSAGE} in a name` }] : nulIssues(each, [...path, name]),
  );
}
