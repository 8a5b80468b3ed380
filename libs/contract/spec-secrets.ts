/** Fields of a specification that are stored encrypted and never answered, by the field that holds them. */
const SECRETS_OF: ReadonlyMap<string, ReadonlySet<string>> = new Map([['scaler', new Set(['token'])]]);
const NONE: ReadonlySet<string> = new Set();

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * A specification without its secrets, those of the runs inside a suite or a search too; the very same object when it has
 * none.
 */
export function withoutSecrets<T>(value: T, within?: string): T;
export function withoutSecrets(value: unknown, within = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutSecrets(item));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const secrets = SECRETS_OF.get(within) ?? NONE;
  const entries = Object.entries(value);
  const open = entries
    .filter(([name]) => !secrets.has(name))
    .map(([name, inner]): [string, unknown] => [name, withoutSecrets(inner, name)]);
  const isSame = open.length === entries.length && open.every(([, inner], index) => inner === entries[index]?.[1]);
  return isSame ? value : Object.fromEntries(open);
}
