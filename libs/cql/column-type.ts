import { inetText, MalformedFrame, type BodyReader } from './body-reader.js';
import { CQL_TYPE } from './protocol.js';

/** A CQL type as metadata has it: an id, and what it holds. */
export interface ColumnType {
  id: number;
  of: ColumnType[];
}

/** A decoded value of a control query. Types that no control query asks for stay bytes. */
export type CqlValue = string | number | bigint | boolean | Buffer | CqlValue[] | Map<CqlValue, CqlValue> | null;

export interface ColumnSpec {
  name: string;
  type: ColumnType;
}

/** Deeper than any schema nests its types. */
const DEEPEST = 32;

/** Reads an [option]: a type id and, for collections, tuples and user types, what they hold. */
export function readType(reader: BodyReader, depth = 0): ColumnType {
  if (depth > DEEPEST) throw new MalformedFrame(`expected types nested at most ${DEEPEST} deep, found more`);
  const inner = () => readType(reader, depth + 1);
  const id = reader.short();
  if (id === CQL_TYPE.CUSTOM) {
    reader.string();
    return { id, of: [] };
  }
  if (id === CQL_TYPE.LIST || id === CQL_TYPE.SET) return { id, of: [inner()] };
  if (id === CQL_TYPE.MAP) return { id, of: [inner(), inner()] };
  if (id === CQL_TYPE.TUPLE) return { id, of: reader.list(reader.short(), 2, inner) };
  if (id === CQL_TYPE.UDT) {
    reader.string();
    reader.string();
    const of = reader.list(reader.short(), 4, () => {
      reader.string();
      return inner();
    });
    return { id, of };
  }
  return { id, of: [] };
}

/** A text or number as text; everything else, and what is missing, is empty. */
export const textOf = (value: CqlValue | undefined): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? `${value}` : '';

const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
const text = (bytes: Buffer): string => bytes.toString('utf8');

const SCALARS: Readonly<Record<number, (bytes: Buffer) => CqlValue>> = {
  [CQL_TYPE.ASCII]: text,
  [CQL_TYPE.VARCHAR]: text,
  [CQL_TYPE.INT]: (bytes) => bytes.readInt32BE(),
  [CQL_TYPE.SMALLINT]: (bytes) => bytes.readInt16BE(),
  [CQL_TYPE.TINYINT]: (bytes) => bytes.readInt8(),
  [CQL_TYPE.BIGINT]: (bytes) => bytes.readBigInt64BE(),
  [CQL_TYPE.COUNTER]: (bytes) => bytes.readBigInt64BE(),
  [CQL_TYPE.TIMESTAMP]: (bytes) => bytes.readBigInt64BE(),
  [CQL_TYPE.DOUBLE]: (bytes) => bytes.readDoubleBE(),
  [CQL_TYPE.FLOAT]: (bytes) => bytes.readFloatBE(),
  [CQL_TYPE.BOOLEAN]: (bytes) => bytes[0] === 1,
  [CQL_TYPE.UUID]: uuidText,
  [CQL_TYPE.TIMEUUID]: uuidText,
  [CQL_TYPE.INET]: inetText,
};

/** Decodes one cell. RangeError when the bytes do not fit the type. */
export function decodeValue(type: ColumnType, bytes: Buffer | null): CqlValue {
  if (bytes === null) return null;
  const [first, second] = type.of;
  if ((type.id === CQL_TYPE.LIST || type.id === CQL_TYPE.SET) && first)
    return elements(bytes, 1).map((element) => decodeValue(first, element));
  if (type.id === CQL_TYPE.MAP && first && second) {
    const flat = elements(bytes, 2);
    const map = new Map<CqlValue, CqlValue>();
    for (let at = 0; at + 1 < flat.length; at += 2)
      map.set(decodeValue(first, flat[at] ?? null), decodeValue(second, flat[at + 1] ?? null));
    return map;
  }
  return SCALARS[type.id]?.(bytes) ?? bytes;
}

/** The elements of a collection: a count, then `perEntry` x count of [bytes]. */
function elements(bytes: Buffer, perEntry: number): (Buffer | null)[] {
  const found: (Buffer | null)[] = [];
  let at = 4;
  for (let left = bytes.readInt32BE(0) * perEntry; left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length > bytes.length - at)
      throw new RangeError(`expected ${length} bytes of a collection's element, found ${bytes.length - at}`);
    found.push(length < 0 ? null : bytes.subarray(at, at + length));
    at += Math.max(0, length);
  }
  return found;
}
