import type { z } from 'zod';
import type { Issue } from './problem.js';

type ZodIssue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A union's branch that the writer meant, told by a field that only this branch has. */
const MEANT_BRANCHES = [
  { field: 'command', branch: 0 },
  { field: 'contactPoints', branch: 0 },
  { field: 'connectString', branch: 1 },
];
/** Without it a specification is not meant as a command line, however little that branch complains. */
const COMMAND = 'command';

/** Fields whose value is never repeated in an answer. A command line may hold a password. */
const SECRET_FIELDS = /(password|keypem|secret|token|command)$/i;

const LONGEST_FOUND = 80;

/** `spec.rate.threads`, `target.contactPoints[0]`; keys that are no plain names are quoted. */
export const jsonPath = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');

const isIndexable = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) => (isIndexable(value) && Object.hasOwn(value, part) ? value[part] : undefined),
    input,
  );

function found(input: unknown, path: Path): string {
  const value = valueAt(input, path);
  if (value === undefined) return 'found nothing';
  if (value === null) return 'found null';
  if (Array.isArray(value)) return `found a list of ${value.length}`;
  if (typeof value === 'object') return 'found an object';
  if (SECRET_FIELDS.test(String(path.at(-1) ?? ''))) return `found a ${typeof value} (not shown)`;
  // A URL may hold a login.
  const text = (JSON.stringify(value) ?? typeof value).replace(/\/\/[^@/"]*@/, '//…@');
  return `found ${text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text}`;
}

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item' };

const bound = (issue: { origin: string; inclusive?: boolean | undefined }, limit: unknown, side: 'least' | 'most') => {
  const strictly = issue.inclusive === false ? { least: 'more than', most: 'less than' } : undefined;
  const unit = UNITS[issue.origin];
  return `expected ${strictly?.[side] ?? `at ${side}`} ${String(limit)}${unit === undefined ? '' : ` ${unit}${limit === 1 ? '' : 's'}`}`;
};

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  record: 'an object',
};

function expected(issue: ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'too_small') return bound(issue, issue.minimum, 'least');
  if (issue.code === 'too_big') return bound(issue, issue.maximum, 'most');
  if (issue.code === 'invalid_value')
    return issue.values.length === 1
      ? `expected ${JSON.stringify(issue.values[0])}`
      : `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (issue.code === 'not_multiple_of') return `expected a multiple of ${issue.divisor}`;
  if (issue.code === 'invalid_format' && issue.message.startsWith('Invalid'))
    return `expected ${issue.format === 'regex' ? `text that matches ${issue.pattern ?? ''}` : `a ${issue.format}`}`;
  return issue.message;
}

function flatten(issue: ZodIssue, input: unknown, base: Path): Issue[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: jsonPath([...path, key]),
      message: `expected no field of this name, ${found(input, [...path, key])}`,
    }));
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
    return issue.issues.map((inner) => ({
      path: jsonPath(path),
      message: `${expected(inner)}${issue.code === 'invalid_key' ? ' in the name' : ''}, found ${JSON.stringify(String(path.at(-1)).slice(0, LONGEST_FOUND))}`,
    }));
  if (issue.code === 'invalid_union') {
    const options: unknown = 'options' in issue ? issue.options : undefined;
    const branch = meantBranch(issue.errors, valueAt(input, path));
    if (branch !== undefined) return branch.flatMap((inner) => flatten(inner, input, path));
    const names = Array.isArray(options) ? options.map((option) => JSON.stringify(option)).join(', ') : '';
    return [{ path: jsonPath(path), message: `expected one of ${names}, ${found(input, path)}` }];
  }
  return [{ path: jsonPath(path), message: `${expected(issue)}, ${found(input, path)}` }];
}

/** By its telling field, else the branch that complains least. */
function meantBranch(branches: readonly ZodIssue[][], value: unknown): ZodIssue[] | undefined {
  const told = MEANT_BRANCHES.find(({ field }) => isIndexable(value) && Object.hasOwn(value, field));
  if (told !== undefined && branches.length > told.branch) return branches[told.branch];
  const others = branches.filter((issues) => !issues.some(({ path }) => path[0] === COMMAND));
  return (others.length > 0 ? others : branches).toSorted((a, b) => a.length - b.length)[0];
}

/** Everything wrong with `input`, each with its JSON path, what was expected and what was found; secrets are not shown. */
export const issuesOf = (error: z.ZodError, input: unknown): Issue[] =>
  error.issues.flatMap((issue) => flatten(issue, input, []));
