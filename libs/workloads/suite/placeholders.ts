import type { Scalar } from './suite.schema.js';

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const WHOLE = /^\$\{([^}]*)\}$/;

/** What a name in `${…}` stands for; undefined when that is not known yet. */
export type Resolve = (name: string) => Scalar | undefined;

/** `visit` for every text of a JSON value, at any depth; keys are left alone. */
function mapTexts(value: unknown, visit: (text: string) => unknown): unknown {
  if (typeof value === 'string') return visit(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, visit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, visit)]));
}

/**
 * A JSON value with its placeholders filled in. A text that is one placeholder becomes what it stands for, a number stays a
 * number; within a text it becomes text. What is not known yet stays as it is.
 */
export const fillIn = (value: unknown, resolve: Resolve): unknown =>
  mapTexts(value, (text) => {
    const name = WHOLE.exec(text)?.[1];
    if (name !== undefined) return resolve(name.trim()) ?? text;
    return text.replaceAll(PLACEHOLDER, (found, inner: string) => String(resolve(inner.trim()) ?? found));
  });

/** The names in all placeholders of a JSON value, each once. */
export function placeholdersOf(value: unknown): string[] {
  const names = new Set<string>();
  mapTexts(value, (text) => {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) names.add(name.trim());
    return text;
  });
  return [...names];
}
