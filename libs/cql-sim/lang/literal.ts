import { invalid } from '../cql-error.js';
import {
  booleanBytes,
  doubleBytes,
  floatBytes,
  inetBytes,
  int16Bytes,
  int32Bytes,
  int64Bytes,
  textBytes,
  timeuuidBytes,
  uint32Bytes,
  uuidBytes,
  varintBytes,
  type Bytes,
} from '../storage/bytes.js';
import { randomUUID } from 'node:crypto';
import type { NativeName } from './cql-type.js';
import type { Term } from './statement.js';

/** A literal of a simple type: its kind and text. */
type Literal = Extract<Term, { text: string }> | { kind: 'boolean'; text: string };
type Encoder = (text: string) => Bytes;

const integer =
  (bits: number, name: string, encode: (value: bigint) => Bytes): Encoder =>
  (text) => {
    const value = BigInt(text);
    if (BigInt.asIntN(bits, value) !== value) throw invalid(`Unable to make ${name} from '${text}'`);
    return encode(value);
  };

function decimalBytes(text: string): Bytes {
  const [mantissa = '0', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return int32Bytes(fraction.length - Number(exponent)) + varintBytes(BigInt(whole + fraction));
}

const real = (text: string): number => (text === 'nan' ? Number.NaN : text === 'infinity' ? Infinity : Number(text));

const TIME = /^(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

function timeBytes(text: string): Bytes {
  const [, hours, minutes, seconds, fraction = ''] = TIME.exec(text) ?? [];
  if (hours === undefined) throw invalid(`Unable to make time from '${text}'`);
  const wholeSeconds = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return int64Bytes(BigInt(wholeSeconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')));
}

/** Milliseconds since 1970; a text without a zone is UTC. */
function instantMs(text: string, type: string): number {
  const iso = text
    .trim()
    .replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
    .replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const zoned = iso.length <= 10 || /(?:Z|[+-]\d{2}:\d{2})$/i.test(iso) ? iso : `${iso}Z`;
  const ms = new Date(zoned).getTime();
  if (Number.isNaN(ms)) throw invalid(`Unable to coerce '${text}' to a formatted ${type} (long)`);
  return ms;
}

const DAY_MS = 86_400_000;
/** Day 0 of the date type is 2^31, so that unsigned order is time's order. */
const dateBytes = (text: string): Bytes => uint32Bytes(2 ** 31 + Math.floor(instantMs(text, 'date') / DAY_MS));

function inet(text: string): Bytes {
  const bytes = inetBytes(text);
  if (bytes === null) throw invalid(`Unable to make inet address from '${text}'`);
  return bytes;
}

const bigint = integer(64, 'long', int64Bytes);
const text = { string: textBytes };

/** What each type takes as a literal. */
const ENCODERS: Record<NativeName, Partial<Record<Literal['kind'], Encoder>>> = {
  ascii: text,
  text,
  bigint: { integer: bigint },
  counter: { integer: bigint },
  blob: { blob: (hex) => Buffer.from(hex.slice(2), 'hex').toString('latin1') },
  boolean: { boolean: (value) => booleanBytes(value === 'true') },
  date: { string: dateBytes, integer: (days) => uint32Bytes(Number(days)) },
  decimal: { integer: decimalBytes, float: decimalBytes },
  double: { integer: (value) => doubleBytes(Number(value)), float: (value) => doubleBytes(real(value)) },
  float: { integer: (value) => floatBytes(Number(value)), float: (value) => floatBytes(real(value)) },
  inet: { string: inet },
  int: { integer: integer(32, 'int', (value) => int32Bytes(Number(value))) },
  smallint: { integer: integer(16, 'short', (value) => int16Bytes(Number(value))) },
  tinyint: { integer: integer(8, 'byte', (value) => String.fromCharCode(Number(value) & 0xff)) },
  time: { string: timeBytes, integer: bigint },
  timestamp: { string: (value) => int64Bytes(BigInt(instantMs(value, 'date'))), integer: bigint },
  timeuuid: { uuid: uuidBytes },
  uuid: { uuid: uuidBytes },
  varint: { integer: (value) => varintBytes(BigInt(value)) },
};

const KIND_NAME: Record<Literal['kind'], string> = {
  string: 'STRING',
  integer: 'INTEGER',
  float: 'FLOAT',
  blob: 'HEX',
  uuid: 'UUID',
  boolean: 'BOOLEAN',
};

/** Serializes a literal; one of the wrong kind gets the words that Cassandra answers with. */
export function encodeLiteral(literal: Literal, type: NativeName, column: string): Bytes {
  const encode = ENCODERS[type][literal.kind];
  if (encode) return encode(literal.text);
  throw invalid(`Invalid ${KIND_NAME[literal.kind]} constant (${literal.text}) for "${column}" of type ${type}`);
}

/** Functions without arguments that may stand where a value stands; `wallMs` is the server's time. */
export const FUNCTIONS: Record<string, (wallMs: number) => Bytes> = {
  now: timeuuidBytes,
  uuid: () => uuidBytes(randomUUID()),
  currenttimeuuid: timeuuidBytes,
  currenttimestamp: (wallMs) => int64Bytes(BigInt(Math.trunc(wallMs))),
  currentdate: (wallMs) => uint32Bytes(2 ** 31 + Math.floor(wallMs / DAY_MS)),
};
