import type { ColumnType } from '#libs/cql/column-type.js';
import { CQL_TYPE } from '#libs/cql/protocol.js';

/** Why a text is no value of its type. */
export class BadValue extends Error {}

type Encode = (text: string) => Buffer;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const WHOLE = /^[+-]?\d+$/;
const BITS_PER_BYTE = 8;

const uuid: Encode = (text) => {
  if (!UUID.test(text)) throw new BadValue(`expected a UUID, found ${shown(text)}`);
  return Buffer.from(text.replaceAll('-', ''), 'hex');
};

const LONGEST_SHOWN = 60;
const shown = (text: string): string => {
  if (text === '') return 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}… (${text.length} bytes)` : text;
};

const whole =
  (size: 1 | 2 | 4 | 8): Encode =>
  (text) => {
    const value = WHOLE.test(text) ? BigInt(text) : undefined;
    if (value === undefined || BigInt.asIntN(size * BITS_PER_BYTE, value) !== value)
      throw new BadValue(`expected a whole number of ${size} bytes, found ${shown(text)}`);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return bytes.subarray(8 - size);
  };

const real =
  (size: 4 | 8): Encode =>
  (text) => {
    const value = Number(text);
    if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN'))
      throw new BadValue(`expected a number, found ${shown(text)}`);
    const bytes = Buffer.alloc(size);
    if (size === 4) bytes.writeFloatBE(value);
    else bytes.writeDoubleBE(value);
    return bytes;
  };

const timestamp: Encode = (text) => {
  const epochMs = WHOLE.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isSafeInteger(epochMs))
    throw new BadValue(`expected milliseconds or an ISO 8601 instant, found ${shown(text)}`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(epochMs));
  return bytes;
};

const boolean: Encode = (text) => {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw new BadValue(`expected true or false, found ${shown(text)}`);
  return Buffer.of(lower === 'true' ? 1 : 0);
};

const blob: Encode = (text) => {
  if (!/^0x([0-9a-f]{2})*$/i.test(text)) throw new BadValue(`expected 0x and hexadecimal digits, found ${shown(text)}`);
  return Buffer.from(text.slice(2), 'hex');
};

const text: Encode = (field) => Buffer.from(field, 'latin1');

const ENCODERS: Readonly<Record<number, Encode>> = {
  [CQL_TYPE.ASCII]: text,
  [CQL_TYPE.VARCHAR]: text,
  [CQL_TYPE.UUID]: uuid,
  [CQL_TYPE.TIMEUUID]: uuid,
  [CQL_TYPE.TINYINT]: whole(1),
  [CQL_TYPE.SMALLINT]: whole(2),
  [CQL_TYPE.INT]: whole(4),
  [CQL_TYPE.BIGINT]: whole(8),
  [CQL_TYPE.COUNTER]: whole(8),
  [CQL_TYPE.FLOAT]: real(4),
  [CQL_TYPE.DOUBLE]: real(8),
  [CQL_TYPE.TIMESTAMP]: timestamp,
  [CQL_TYPE.BOOLEAN]: boolean,
  [CQL_TYPE.BLOB]: blob,
};

/** What makes CQL binary of a field (latin1, as a CSV reader hands it out); it throws BadValue. Undefined for other types. */
export const encoderOf = ({ id }: ColumnType): Encode | undefined => ENCODERS[id];

/** The type that a dry run takes every column for: there is no statement that would tell. */
export const TEXT_TYPE: ColumnType = { id: CQL_TYPE.VARCHAR, of: [] };
