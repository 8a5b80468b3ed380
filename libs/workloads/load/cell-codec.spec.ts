import { describe, expect, it } from 'vitest';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import { codecOf } from './cell-codec.js';

type TypeName = keyof typeof CQL_TYPE;

/** A field as the reader hands it on: a character for each byte. */
const fieldOf = (text: string): string => Buffer.from(text).toString('latin1');

function encode(type: TypeName, text: string): string | null {
  const codec = codecOf(CQL_TYPE[type]);
  const field = fieldOf(text);
  if (codec?.fits(field) !== true) return null;
  const out = Buffer.alloc(codec.size(field) + 2, 0xee);
  codec.write(field, out, 1);
  expect([out[0], out.at(-1)]).toEqual([0xee, 0xee]);
  return out.subarray(1, -1).toString('hex');
}

describe('a field', () => {
  // Bytes as the native protocol v4 says in section 6; what Cassandra makes of them is in test/services.
  it.each<[TypeName, string, string]>([
    ['VARCHAR', 'Zür', '5ac3bc72'],
    ['VARCHAR', '', ''],
    ['ASCII', 'abc', '616263'],
    ['UUID', '5B6962dd-3f90-4c93-8f61-eabfa4a803e2', '5b6962dd3f904c938f61eabfa4a803e2'],
    ['TIMEUUID', '50554d6e-29bb-11e5-b345-feff819cdc9f', '50554d6e29bb11e5b345feff819cdc9f'],
    ['TINYINT', '-128', '80'],
    ['SMALLINT', '+258', '0102'],
    ['INT', '-2', 'fffffffe'],
    ['BIGINT', '9223372036854775807', '7fffffffffffffff'],
    ['FLOAT', '-1.5', 'bfc00000'],
    ['DOUBLE', '1e3', '408f400000000000'],
    ['DOUBLE', 'NaN', '7ff8000000000000'],
    ['BOOLEAN', 'True', '01'],
    ['BOOLEAN', '0', '00'],
    ['BLOB', '0xC0ffee', 'c0ffee'],
    ['BLOB', '', ''],
    ['TIMESTAMP', '1000', '00000000000003e8'],
    ['TIMESTAMP', '1970-01-02', '0000000005265c00'],
    ['TIMESTAMP', '1970-01-01T01:00:00.5+01:00', '00000000000001f4'],
    ['TIMESTAMP', '-1', 'ffffffffffffffff'],
    ['DATE', '1970-01-01', '80000000'],
    ['DATE', '1969-12-31', '7fffffff'],
    ['TIME', '00:00:01.000000002', '000000003b9aca02'],
    ['INET', '127.0.0.1', '7f000001'],
    ['INET', '2001:db8::1', '20010db8000000000000000000000001'],
    ['INET', '::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['VARINT', '128', '0080'],
    ['VARINT', '-128', '80'],
    ['VARINT', '-129', 'ff7f'],
    ['DECIMAL', '1.25', '000000027d'],
    ['DECIMAL', '-12e3', 'fffffffdf4'],
  ])('of type %s, %j, is %s', (type, text, hex) => {
    expect(encode(type, text)).toBe(hex);
  });

  it.each<[TypeName, string]>([
    ['ASCII', 'ü'],
    ['UUID', '5b6962dd-3f90-4c93-8f61-eabfa4a803e'],
    ['UUID', 'zb6962dd-3f90-4c93-8f61-eabfa4a803e2'],
    ['TIMEUUID', '5b6962dd-3f90-4c93-8f61-eabfa4a803e2'],
    ['TINYINT', '128'],
    ['INT', '2147483648'],
    ['INT', '1.0'],
    ['INT', ' 1'],
    ['BIGINT', '9223372036854775808'],
    ['DOUBLE', '1e400'],
    ['DOUBLE', 'one'],
    ['BOOLEAN', 'maybe'],
    ['BLOB', '0xabc'],
    ['BLOB', 'abcd'],
    ['TIMESTAMP', '2026-02-30'],
    ['TIMESTAMP', 'yesterday'],
    ['DATE', '2026-13-01'],
    ['DATE', '2026-04-31'],
    ['TIME', '24:00:00'],
    ['INET', '300.1.1.1'],
    ['VARINT', '1e3'],
    ['DECIMAL', '1.2.3'],
  ])('cannot be %s: %j', (type, text) => {
    expect(encode(type, text)).toBeNull();
  });

  it('that is not UTF-8 is no text, and lists are of no field', () => {
    expect(codecOf(CQL_TYPE.VARCHAR)?.fits('Z\xfcr')).toBe(false);
    expect(codecOf(CQL_TYPE.LIST)).toBeUndefined();
  });
});
