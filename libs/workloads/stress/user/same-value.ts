import type { CqlType } from '#libs/stress/profile/cql-type.js';

type Same = (type: CqlType, expected: Buffer, found: Buffer) => boolean;

/** The elements of a collection: a count, then each with its length (native protocol v4, section 6). */
function elementsOf(bytes: Buffer): Buffer[] {
  const elements: Buffer[] = [];
  for (let at = 4; at + 4 <= bytes.length;) {
    const length = Math.max(0, bytes.readInt32BE(at));
    elements.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return elements;
}

const texts = (elements: readonly Buffer[]): string[] => elements.map((element) => element.toString('latin1'));

/** Sets come back sorted and without repetitions. */
function sameSet(expected: Buffer, found: Buffer): boolean {
  const [wanted, got] = [new Set(texts(elementsOf(expected))), new Set(texts(elementsOf(found)))];
  return wanted.size === got.size && [...wanted].every((element) => got.has(element));
}

/** Of a key that was given twice the last value stays. */
function sameMap(expected: Buffer, found: Buffer): boolean {
  const pairs = (bytes: Buffer) => {
    const all = texts(elementsOf(bytes));
    return new Map(all.flatMap((key, index) => (index % 2 === 0 ? [[key, all[index + 1]] as const] : [])));
  };
  const [wanted, got] = [pairs(expected), pairs(found)];
  return wanted.size === got.size && [...wanted].every(([key, value]) => got.get(key) === value);
}

const whatever: Same = () => true;

/** Lists and counters grow with every write of the row: what they hold depends on how often it was written. */
const KINDS: Readonly<Record<string, Same>> = {
  set: (_, expected, found) => sameSet(expected, found),
  map: (_, expected, found) => sameMap(expected, found),
  list: whatever,
  counter: whatever,
};
const COLLECTIONS = ['set', 'map', 'list'];

/** True when the value that was read (null for none) is what was written. An empty collection is stored as none. */
export function sameValue(type: CqlType, expected: Buffer | null, found: Buffer | null): boolean {
  if (expected === null) return found === null;
  if (found === null) return COLLECTIONS.includes(type.name) && elementsOf(expected).length === 0;
  const same = KINDS[type.name];
  return same === undefined ? expected.equals(found) : same(type, expected, found);
}
