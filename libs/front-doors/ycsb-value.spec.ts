import { describe, expect, it } from 'vitest';
import { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { workerRandom } from './worker-random.js';
import { YcsbKey } from './ycsb-key.js';
import { YcsbValue } from './ycsb-value.js';

const keyOf = (number: number, input: object = {}): string => {
  const key = new YcsbKey(YcsbSpec.parse(input));
  key.set(number);
  return key.text();
};

/** String.hashCode of Java, by its documented formula. */
const javaHash = (text: string): number =>
  text
    .split('')
    .reduce((hash, letter) => Number(BigInt.asIntN(32, BigInt(hash) * 31n + BigInt(letter.charCodeAt(0)))), 0);

describe('YcsbKey', () => {
  it('names rows as YCSB does', () => {
    expect(keyOf(0)).toBe('user6284781860667377211');
    expect(keyOf(1)).toBe('user8517097267634966620');
    expect(keyOf(12, { insertOrder: 'ordered' })).toBe('user12');
    expect(keyOf(0, { insertOrder: 'ordered' })).toBe('user0');
    expect(keyOf(5, { insertOrder: 'ordered', zeroPadding: 8 })).toBe('user00000005');
    expect(keyOf(2 ** 53 - 1, { insertOrder: 'ordered' })).toBe('user9007199254740991');
  });
});

describe('YcsbValue', () => {
  const key = new YcsbKey(YcsbSpec.parse({ insertOrder: 'ordered' }));
  key.set(7);

  it.each([1, 5, 12, 13, 100, 1000])('derives %i bytes from key and field by the formula of YCSB', (length) => {
    const values = new YcsbValue(
      YcsbSpec.parse({ dataIntegrity: true, fieldLengthBytes: length }),
      workerRandom(1, 0),
      ['field0', 'field1'],
    );
    let expected = 'user7:field1';
    while (expected.length < length) expected += `:${javaHash(`${expected}:`)}`;
    const out = Buffer.alloc(length + 2);
    values.write(out, 1, length, key, 1);
    expect(out.toString('latin1')).toBe(`\0${expected.slice(0, length)}\0`);
    expect(values.expected(key, 1)).toBe(expected.slice(0, length));
    expect(values.matches(out, 1, length, key, 1)).toBe(true);
    out[length] = (out[length] ?? 0) ^ 1;
    expect(values.matches(out, 1, length, key, 1)).toBe(false);
    expect(values.matches(out, 1, length - 1, key, 1)).toBe(false);
  });

  it('fills values with printable characters, and with others each time', () => {
    const values = new YcsbValue(YcsbSpec.parse({}), workerRandom(1, 0), ['field0']);
    const [one, other] = [Buffer.alloc(102), Buffer.alloc(102)];
    values.write(one, 1, 100, key, 0);
    values.write(other, 1, 100, key, 0);
    expect(one.toString('latin1')).toMatch(/^\0[ -_]{100}\0$/);
    expect(one.equals(other)).toBe(false);
    expect(new Set(one).size).toBeGreaterThan(40);
  });

  it('draws lengths from the whole range', () => {
    const spec = YcsbSpec.parse({ fieldLengths: 'uniform', minFieldLengthBytes: 2, fieldLengthBytes: 4 });
    const lengths = [0, 0.5, 0.999].map((drawn) => new YcsbValue(spec, () => drawn, ['field0']).drawLength());
    expect(lengths).toEqual([2, 3, 4]);
  });
});
