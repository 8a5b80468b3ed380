import { CodedError } from '#libs/contract/coded-error.js';

/** A CQL type as system_schema tells of it: `frozen<map<text, int>>` is a map of a text and an int, frozen. */
export interface CqlType {
  name: string;
  of: readonly CqlType[];
}

/** The user-defined types of a keyspace: the types of their fields, in order, as system_schema.types tells of them. */
export type UserTypes = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a type; frozen is left out, for values look the same, and a user-defined type is a tuple of its fields. Throws
 * CodedError VALIDATION_FAILED.
 */
export function parseCqlType(text: string, userTypes: UserTypes = new Map()): CqlType {
  const words = text.match(/[\w.]+|[<>,]/g) ?? [];
  let at = 0;
  const read = (): CqlType => {
    const name = (words[at++] ?? '').toLowerCase();
    const of: CqlType[] = [];
    if (words[at] === '<') {
      do {
        at++;
        of.push(read());
      } while (words[at] === ',');
      if (words[at++] !== '>')
        throw new CodedError('VALIDATION_FAILED', `expected a CQL type, found ${text}: its brackets do not match`);
    }
    const [inner] = of;
    if (name === 'frozen' && inner !== undefined) return inner;
    const fields = userTypes.get(name);
    return fields ? { name: 'tuple', of: fields.map((field) => parseCqlType(field, userTypes)) } : { name, of };
  };
  const type = read();
  if (at !== words.length || type.name === '')
    throw new CodedError('VALIDATION_FAILED', `expected a CQL type, found ${text}`);
  return type;
}
