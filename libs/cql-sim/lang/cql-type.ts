import { CQL_TYPE } from '#libs/cql/protocol.js';
import { invalid } from '../cql-error.js';
import type { Outbox } from '../wire/outbox.js';
import type { Cursor } from './cursor.js';

/** Simple types by their CQL name, with the protocol's id. */
export const NATIVE_ID = {
  ascii: CQL_TYPE.ASCII,
  bigint: CQL_TYPE.BIGINT,
  blob: CQL_TYPE.BLOB,
  boolean: CQL_TYPE.BOOLEAN,
  counter: CQL_TYPE.COUNTER,
  date: CQL_TYPE.DATE,
  decimal: CQL_TYPE.DECIMAL,
  double: CQL_TYPE.DOUBLE,
  float: CQL_TYPE.FLOAT,
  inet: CQL_TYPE.INET,
  int: CQL_TYPE.INT,
  smallint: CQL_TYPE.SMALLINT,
  text: CQL_TYPE.VARCHAR,
  time: CQL_TYPE.TIME,
  timestamp: CQL_TYPE.TIMESTAMP,
  timeuuid: CQL_TYPE.TIMEUUID,
  tinyint: CQL_TYPE.TINYINT,
  uuid: CQL_TYPE.UUID,
  varint: CQL_TYPE.VARINT,
} as const;
export type NativeName = keyof typeof NATIVE_ID;

export type CqlType =
  | { kind: 'native'; name: NativeName }
  | { kind: 'list' | 'set'; element: CqlType; frozen: boolean }
  | { kind: 'map'; key: CqlType; value: CqlType; frozen: boolean }
  | { kind: 'tuple'; items: CqlType[] };

export const native = (name: NativeName): CqlType => ({ kind: 'native', name });

const isNative = (name: string): name is NativeName => Object.hasOwn(NATIVE_ID, name);

const bare = (type: CqlType): string => {
  if (type.kind === 'native') return type.name;
  if (type.kind === 'tuple') return `tuple<${type.items.map(typeText).join(', ')}>`;
  if (type.kind === 'map') return `map<${typeText(type.key)}, ${typeText(type.value)}>`;
  return `${type.kind}<${typeText(type.element)}>`;
};

/** The type as CQL writes it, and as system_schema.columns holds it. */
export function typeText(type: CqlType): string {
  const frozen = type.kind === 'tuple' || (type.kind !== 'native' && type.frozen);
  return frozen ? `frozen<${bare(type)}>` : bare(type);
}

const COLLECTION_ID = { list: CQL_TYPE.LIST, set: CQL_TYPE.SET, map: CQL_TYPE.MAP, tuple: CQL_TYPE.TUPLE } as const;

/** Writes the type as a protocol [option]. */
export function writeType(out: Outbox, type: CqlType): void {
  if (type.kind === 'native') return out.uint16(NATIVE_ID[type.name]);
  out.uint16(COLLECTION_ID[type.kind]);
  if (type.kind === 'tuple') {
    out.uint16(type.items.length);
    for (const item of type.items) writeType(out, item);
  } else if (type.kind === 'map') {
    writeType(out, type.key);
    writeType(out, type.value);
  } else {
    writeType(out, type.element);
  }
}

function freeze(type: CqlType): CqlType {
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'map' ? { ...type, frozen: true } : type;
}

function bracketed<T>(cursor: Cursor, read: () => T): T {
  cursor.expectSymbol('<');
  const value = read();
  cursor.expectSymbol('>');
  return value;
}

const GENERIC: Record<string, (cursor: Cursor) => CqlType> = {
  frozen: (cursor) => freeze(bracketed(cursor, () => parseType(cursor))),
  list: (cursor) => ({ kind: 'list', element: bracketed(cursor, () => parseType(cursor)), frozen: false }),
  set: (cursor) => ({ kind: 'set', element: bracketed(cursor, () => parseType(cursor)), frozen: false }),
  tuple: (cursor) => ({ kind: 'tuple', items: bracketed(cursor, () => cursor.list(() => parseType(cursor))) }),
  map: (cursor) =>
    bracketed(cursor, () => {
      const key = parseType(cursor);
      cursor.expectSymbol(',');
      return { kind: 'map', key, value: parseType(cursor), frozen: false };
    }),
};

/** Reads a type such as `map<text, frozen<list<int>>>`. */
export function parseType(cursor: Cursor): CqlType {
  const token = cursor.next();
  const name = token.text === 'varchar' ? 'text' : token.text;
  const generic = token.kind === 'word' ? GENERIC[name] : undefined;
  if (generic) return generic(cursor);
  if (!isNative(name)) throw invalid(`Unknown type ${token.text}`);
  return native(name);
}
