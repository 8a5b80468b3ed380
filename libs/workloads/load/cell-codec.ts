import { isUtf8 } from 'node:buffer';
import { isIPv4, isIPv6 } from 'node:net';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import { type RawCodec, rawAscii, rawText, rawUuid } from './raw-codec.js';
import { dateDays, ipBytes, timeNs, timestampMs, unscaled, wholeBytes } from './cell-values.js';

/**
 * How a CSV field, whose characters are the bytes of the file, becomes a cell of one CQL type. `size` and `write` trust
 * that `fits` said yes.
 */
export interface CellCodec {
  /** What a field has to be, for messages. */
  expected: string;
  /** An empty field may be a value of it. */
  isText: boolean;
  fits(field: string): boolean;
  size(field: string): number;
  write(field: string, out: Buffer, at: number): void;
  /** The same of a field that stands in the bytes of a file; absent where it has to be taken as characters. */
  raw?: RawCodec;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIMEUUID = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,6})?$/i;
const WHOLE = /^[+-]?\d+$/;
const NOT_ASCII = /[^\0-\x7f]/;
const NOT_NUMBERS = new Set(['nan', 'infinity', '-infinity']);
const TRUE = new Set(['true', 't', '1', 'yes']);
const FALSE = new Set(['false', 'f', '0', 'no']);
const LONGEST_NUMBER = 1000;

/** Where a field is laid out to be looked at: one call into native code takes a fifth of what an expression takes. */
let scratch = Buffer.allocUnsafe(65_536);

function isText(field: string): boolean {
  if (field.length > scratch.length) scratch = Buffer.allocUnsafe(2 * field.length);
  return isUtf8(scratch.subarray(0, scratch.write(field, 'latin1')));
}

const text: CellCodec = {
  expected: 'text in UTF-8',
  isText: true,
  fits: isText,
  size: (field) => field.length,
  write: (field, out, at) => void out.write(field, at, 'latin1'),
  raw: rawText,
};

const uuid = (pattern: RegExp, raw: RawCodec, expected: string): CellCodec => ({
  expected,
  raw,
  isText: false,
  fits: (field) => pattern.test(field),
  size: () => 16,
  write: (field, out, at) => {
    out.write(field.slice(0, 8), at, 'hex');
    out.write(field.slice(9, 13), at + 4, 'hex');
    out.write(field.slice(14, 18), at + 6, 'hex');
    out.write(field.slice(19, 23), at + 8, 'hex');
    out.write(field.slice(24), at + 10, 'hex');
  },
});

function whole(bits: 8 | 16 | 32 | 64, write: CellCodec['write']): CellCodec {
  const limit = 2n ** BigInt(bits - 1);
  const isNear = (field: string): boolean => {
    const value = BigInt(field.replace('+', ''));
    return value >= -limit && value < limit;
  };
  return {
    expected: `a whole number from ${-limit} to ${limit - 1n}`,
    isText: false,
    fits: (field) => field.length <= 40 && WHOLE.test(field) && isNear(field),
    size: () => bits / 8,
    write,
  };
}

const floating = (bytes: number, write: CellCodec['write']): CellCodec => ({
  expected: 'a number',
  isText: false,
  fits: (field) =>
    field.length <= LONGEST_NUMBER &&
    ((NUMBER.test(field) && Number.isFinite(Number(field))) || NOT_NUMBERS.has(field.toLowerCase())),
  size: () => bytes,
  write,
});

const NAMED: Readonly<Record<string, number>> = { nan: Number.NaN, infinity: Infinity, '-infinity': -Infinity };
const numberOf = (field: string): number => NAMED[field.toLowerCase()] ?? Number(field);

/** A codec whose bytes are made as a whole. */
const made = (expected: string, fits: CellCodec['fits'], bytes: (field: string) => Buffer): CellCodec => ({
  expected,
  isText: false,
  fits,
  size: (field) => bytes(field).length,
  write: (field, out, at) => void bytes(field).copy(out, at),
});

const CODECS: Readonly<Record<number, CellCodec>> = {
  [CQL_TYPE.ASCII]: {
    ...text,
    expected: 'text in ASCII',
    fits: (field) => !NOT_ASCII.test(field),
    raw: rawAscii,
  },
  [CQL_TYPE.VARCHAR]: text,
  [CQL_TYPE.UUID]: uuid(UUID, rawUuid(), 'a UUID such as 5b6962dd-3f90-4c93-8f61-eabfa4a803e2'),
  [CQL_TYPE.TIMEUUID]: uuid(TIMEUUID, rawUuid(1), 'a UUID of version 1'),
  [CQL_TYPE.TINYINT]: whole(8, (field, out, at) => void out.writeInt8(Number(field), at)),
  [CQL_TYPE.SMALLINT]: whole(16, (field, out, at) => void out.writeInt16BE(Number(field), at)),
  [CQL_TYPE.INT]: whole(32, (field, out, at) => void out.writeInt32BE(Number(field), at)),
  [CQL_TYPE.BIGINT]: whole(64, (field, out, at) => void out.writeBigInt64BE(BigInt(field.replace('+', '')), at)),
  [CQL_TYPE.FLOAT]: floating(4, (field, out, at) => void out.writeFloatBE(numberOf(field), at)),
  [CQL_TYPE.DOUBLE]: floating(8, (field, out, at) => void out.writeDoubleBE(numberOf(field), at)),
  [CQL_TYPE.BOOLEAN]: {
    expected: 'true or false',
    isText: false,
    fits: (field) => TRUE.has(field.toLowerCase()) || FALSE.has(field.toLowerCase()),
    size: () => 1,
    write: (field, out, at) => void out.writeUInt8(TRUE.has(field.toLowerCase()) ? 1 : 0, at),
  },
  [CQL_TYPE.BLOB]: {
    expected: 'bytes in hexadecimal after 0x',
    isText: true,
    fits: (field) => field === '' || (field.length % 2 === 0 && /^0x[0-9a-f]*$/i.test(field)),
    size: (field) => (field === '' ? 0 : field.length / 2 - 1),
    write: (field, out, at) => void out.write(field.slice(2), at, 'hex'),
  },
  [CQL_TYPE.TIMESTAMP]: {
    expected: 'an instant such as 2026-01-31T12:00:00.000Z, or milliseconds since 1970',
    isText: false,
    fits: (field) => timestampMs(field) !== undefined,
    size: () => 8,
    write: (field, out, at) => void out.writeBigInt64BE(timestampMs(field) ?? 0n, at),
  },
  [CQL_TYPE.DATE]: {
    expected: 'a date such as 2026-01-31',
    isText: false,
    fits: (field) => dateDays(field) !== undefined,
    size: () => 4,
    write: (field, out, at) => void out.writeUInt32BE((dateDays(field) ?? 0) + 2_147_483_648, at),
  },
  [CQL_TYPE.TIME]: {
    expected: 'a time of day such as 12:30:54.123456789',
    isText: false,
    fits: (field) => timeNs(field) !== undefined,
    size: () => 8,
    write: (field, out, at) => void out.writeBigInt64BE(timeNs(field) ?? 0n, at),
  },
  [CQL_TYPE.INET]: made('an IP address', (field) => isIPv4(field) || isIPv6(field), ipBytes),
  [CQL_TYPE.VARINT]: made(
    'a whole number',
    (field) => field.length <= LONGEST_NUMBER && WHOLE.test(field),
    (field) => wholeBytes(BigInt(field.replace('+', ''))),
  ),
  [CQL_TYPE.DECIMAL]: made(
    'a decimal number',
    (field) => field.length <= LONGEST_NUMBER && NUMBER.test(field),
    (field) => {
      const { digits, scale } = unscaled(field);
      const head = Buffer.alloc(4);
      head.writeInt32BE(scale);
      return Buffer.concat([head, wholeBytes(digits)]);
    },
  ),
};

/** The codec of a CQL type by its id in the protocol; undefined where no CSV field can hold it. */
export const codecOf = (typeId: number): CellCodec | undefined => CODECS[typeId];
