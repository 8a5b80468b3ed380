import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.js';
import { countersAddUp, Payload, sizeOf } from './scylla-bench-payload.js';
import { Word64 } from './word64.js';

const word = (value: bigint) => new Word64().setBigInt(value);
const OFFSET = 3;

const written = (content: 'checked' | 'random' | 'zeros', pk: bigint, ck: bigint, size: number): Buffer => {
  const buffer = Buffer.alloc(size + 2 * OFFSET, 0xee);
  new Payload().write(content, buffer, OFFSET, size, word(pk), word(ck));
  expect(buffer.subarray(0, OFFSET).equals(buffer.subarray(size + OFFSET))).toBe(true);
  return buffer.subarray(OFFSET, OFFSET + size);
};

const problemWith = (value: Buffer, pk: bigint, ck: bigint) =>
  new Payload().problemWith(Buffer.concat([Buffer.alloc(OFFSET), value]), OFFSET, value.length, word(pk), word(ck));

const SERIES_PK = (7n << 32n) | 3n;
const SERIES_CK = -1_763_000_000_123_456_789n;

/** Values that scylla-bench's own generator made. */
const GENUINE_CHECKED: [bigint, bigint, number, string][] = [
  [1n, 2n, 1, '01'],
  [300n, 2n, 5, '052e010000'],
  [1n, 2n, 23, '1703000000000000000000000000000000000000000000'],
  [77n, 5n, 24, '18000000000000004d000000000000000500000000000000'],
  [
    77n,
    5n,
    56,
    '38000000000000004d0000000000000005000000000000000000000000000000000000000000000000000000000000000000000000000000',
  ],
  [
    77n,
    5n,
    57,
    '39000000000000004d0000000000000005000000000000000ee3248a9397cd4848a9f9eac9e9fec91a085be2e1bf91a28af84a271066b9700c',
  ],
  [
    123_456_789n,
    42n,
    80,
    '500000000000000015cd5b07000000002a000000000000000534a35ad3f14e322dd301940517c80acbbbaed2bfbea5e17c742439db03191694a3ec0fbf316276d31f0f21b046f1c72c9528cbeddc7318',
  ],
  [
    SERIES_PK,
    SERIES_CK,
    90,
    '5a000000000000000300000007000000ebb2a035d79088e73a8504160e004f08b082ce1e16680857b5b36f36931c8e279221bd3e98b98060517f18fb47d23ac5efbbc5ca49b3b10c582bf3098385a74c0e1b5d20f6e7b7edb0a8',
  ],
];
const GENUINE_RANDOM: [bigint, bigint, number, string][] = [
  [0n, 0n, 4, '41208240'],
  [1n, 2n, 4, '88c52751'],
  [1n, 2n, 13, '88c52751d9a04c3903e8c38263'],
  [SERIES_PK, SERIES_CK, 16, '3a8504160e004f08b082ce1e16680857'],
];

describe('Payload', () => {
  it.each(GENUINE_CHECKED)(
    "writes and accepts scylla-bench's checked value of %s, %s in %s bytes",
    (pk, ck, size, hex) => {
      expect(written('checked', pk, ck, size).toString('hex')).toBe(hex);
      expect(problemWith(Buffer.from(hex, 'hex'), pk, ck)).toBeUndefined();
    },
  );

  it.each(GENUINE_RANDOM)("writes scylla-bench's random value of %s, %s in %s bytes", (pk, ck, size, hex) => {
    expect(written('random', pk, ck, size).toString('hex')).toBe(hex);
  });

  it('notices every changed byte of a checked value, and a value cut short', () => {
    for (const size of [9, 30, 57, 80]) {
      const value = written('checked', 5n, 6n, size);
      for (let at = 0; at < size; at++) {
        const changed = Buffer.from(value);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        expect(problemWith(changed, 5n, 6n), `byte ${at} of ${size}`).toBeDefined();
      }
      expect(problemWith(value.subarray(0, size - 1), 5n, 6n)).toContain(`${size - 1} bytes and says`);
    }
  });

  it('notices the value of another row', () => {
    const value = written('checked', 5n, 6n, 64);
    expect(problemWith(value, 4n, 6n)).toBe('the value is of another partition than 4');
    expect(problemWith(value, 5n, 7n)).toBe('the value is of another clustering key than 7');
    expect(problemWith(written('checked', 5n, 6n, 20), 5n, 7n)).toBe(
      'the value is not the one that belongs to its keys',
    );
    expect(problemWith(Buffer.alloc(0), 5n, 6n)).toBe('the value is empty');
  });

  it('writes zeros on request, and no zeros by chance', () => {
    expect(written('zeros', 1n, 2n, 5).toString('hex')).toBe('0000000000');
    let replaced = 0;
    for (let pk = 0n; pk < 2000n; pk++) {
      const [byte] = written('random', pk, 9n, 1);
      expect(byte).not.toBe(0);
      if (byte === 1) replaced++;
    }
    expect(replaced).toBeGreaterThan(0);
  });
});

describe('crc32c', () => {
  it.each([
    ['123456789', 0xe306_9283],
    ['', 0],
    ['a', 0xc1d0_4330],
  ])('of %j is the published one', (text, sum) => {
    const view = new DataView(new TextEncoder().encode(`..${text}..`).buffer);
    expect(crc32c(view, 2, 2 + text.length) >>> 0).toBe(sum);
  });

  it('of 32 zeros is that of RFC 3720', () => {
    expect(crc32c(new DataView(new ArrayBuffer(32)), 0, 32) >>> 0).toBe(0x8a91_36aa);
  });
});

describe('sizeOf', () => {
  it('leaves the maximum out', () => {
    const size = { type: 'uniform', min: 10, max: 20 } as const;
    expect([0, 0.5, 0.999_999].map((draw) => sizeOf(size, () => draw))).toEqual([10, 15, 19]);
    expect(sizeOf({ type: 'uniform', min: 7, max: 7 }, () => 0.9)).toBe(7);
  });
});

describe('countersAddUp', () => {
  it('accepts what n updates leave, and nothing else', () => {
    expect(countersAddUp(5, 15, 18, 21, 24, 27)).toBe(true);
    expect(countersAddUp(0, 0, 3, 6, 9, 12)).toBe(true);
    expect(countersAddUp(5, 15, 18, 21, 24, 28)).toBe(false);
    expect(countersAddUp(5, 16, 19, 22, 25, 28)).toBe(false);
    expect(countersAddUp(0, 1, 3, 6, 9, 12)).toBe(false);
  });
});
