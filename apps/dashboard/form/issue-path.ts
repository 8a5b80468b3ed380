/** `spec.steps[0].run` -> ['spec', 'steps', '0', 'run']; names in brackets are quoted. */
export function parsePath(path: string): string[] {
  const parts: string[] = [];
  for (const match of path.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]|[^.[\]]+/g)) {
    const quoted = match[1];
    if (quoted === undefined) parts.push(match[0]);
    else parts.push(quoted.startsWith('"') ? String(JSON.parse(quoted)) : quoted);
  }
  return parts;
}

/** How fields are named in the page: by all that leads to them. */
export const pathKey = (parts: readonly (string | number)[]): string => JSON.stringify(parts.map(String));

/** The nearest field that `known` has for a path: the field itself, or the one that it lies in. */
export function nearest(path: string, known: (key: string) => boolean): string | undefined {
  const parts = parsePath(path);
  for (let length = parts.length; length > 0; length--) {
    const key = pathKey(parts.slice(0, length));
    if (known(key)) return key;
  }
  return undefined;
}
