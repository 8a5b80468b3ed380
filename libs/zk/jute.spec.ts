import { describe, expect, it } from 'vitest';
import { JuteReader, MalformedAnswer } from './jute-reader.js';
import { CREATOR_ACCESS, JuteWriter } from './jute-writer.js';
import { greetingPacket } from './login.js';
import { multiBody, readMulti } from './multi.js';
import { packetAssembler } from './packet-assembler.js';
import { readStat } from './stat.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const readerOf = (text: string) => {
  const bytes = Buffer.from(text.replace(/ /g, ''), 'hex');
  return new JuteReader(bytes, 0, bytes.length);
};
/** Deterministic: the same answers in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('jute, as bytes', () => {
  it('writes every type big-endian, with lengths before strings, buffers and vectors', () => {
    const body = new JuteWriter()
      .bool(true)
      .int(-2)
      .long(-2n)
      .string('/é')
      .bytes(Buffer.from([1, 2]))
      .strings(['a', ''])
      .access(CREATOR_ACCESS)
      .body();
    expect(hex(body)).toBe(
      [
        '01',
        'fffffffe',
        'fffffffffffffffe',
        '000000032fc3a9',
        '000000020102',
        '00000002' + '0000000161' + '00000000',
        '00000001' + '0000001f' + '0000000461757468' + '00000000',
      ].join(''),
    );
  });

  it('writes the greeting of a new session as the Java client does', () => {
    const packet = greetingPacket({ id: 0n, password: Buffer.alloc(16) }, 0n, 30_000);
    expect(hex(packet)).toBe(
      ['0000002d', '00000000', '0'.repeat(16), '00007530', '0'.repeat(16), '00000010', '0'.repeat(32), '00'].join(''),
    );
  });

  it('reads a Stat', () => {
    const stat = readStat(
      readerOf(
        '0000000000000001 0000000000000002 000000000000000a 000000000000000b 00000003 00000004 00000005 ' +
          '1000000000000001 00000006 00000007 ffffffffffffffff',
      ),
    );
    expect(stat).toEqual({
      czxid: 1n,
      mzxid: 2n,
      ctimeMs: 10,
      mtimeMs: 11,
      version: 3,
      childrenVersion: 4,
      accessVersion: 5,
      ephemeralOwner: 0x1000000000000001n,
      dataBytes: 6,
      children: 7,
      pzxid: -1n,
    });
  });

  it('reads null strings, buffers and vectors as empty', () => {
    const reader = readerOf('ffffffff ffffffff ffffffff');
    expect([reader.string(), reader.bytes(), reader.strings(), reader.left]).toEqual(['', Buffer.alloc(0), [], 0]);
  });

  it('writes a transaction part by part, and its end', () => {
    const body = multiBody(
      [
        { type: 'check', path: '/a', version: 3 },
        { type: 'delete', path: '/b' },
      ],
      (path) => path,
    );
    expect(hex(body)).toBe(
      '0000000d00ffffffff' +
        '000000022f6100000003' +
        '0000000200ffffffff' +
        '000000022f62ffffffff' +
        'ffffffff01ffffffff',
    );
  });

  it('reads what became of the parts, also codes that nobody knows', () => {
    const reader = readerOf('00000001 00 00000000 000000032f782f ffffffff 00 fffffc19 fffffc19 ffffffff 01 ffffffff');
    expect(readMulti(reader, (path) => path.slice(1))).toEqual([{ code: 0, path: 'x/' }, { code: -999 }]);
  });
});

describe('answers that are none', () => {
  it('are refused before room is made for what they announce', () => {
    expect(() => readerOf('7fffffff').bytes()).toThrow(MalformedAnswer);
    expect(() => readerOf('7fffffff').string()).toThrow(MalformedAnswer);
    expect(() => readerOf('7fffffff 00000000').strings()).toThrow('expected 2147483647 entries');
    expect(() => readerOf('fffffffe').strings()).toThrow(MalformedAnswer);
    expect(() => readerOf('fffffffe').bytes()).toThrow(MalformedAnswer);
    expect(() => readerOf('000000').int()).toThrow(MalformedAnswer);
  });

  it('of any bytes throw a sentence, never more than their own size', () => {
    const random = randomOf(7);
    const READS: ((reader: JuteReader) => unknown)[] = [
      (reader) => reader.strings(),
      (reader) => reader.bytes(),
      (reader) => reader.string(),
      readStat,
      (reader) => readMulti(reader, (path) => path),
    ];
    let refused = 0;
    for (let round = 0; round < 4_000; round++) {
      // Small numbers now and then, so that some of it is nearly right.
      const bytes = Buffer.from(
        Array.from({ length: Math.floor(random() * 120) }, () => (random() < 0.6 ? 0 : Math.floor(random() * 256))),
      );
      const read = READS[round % READS.length];
      try {
        read?.(new JuteReader(bytes, 0, bytes.length));
      } catch (error) {
        refused++;
        if (!(error instanceof Error) || !/^expected|of unknown kind/.test(error.message)) throw error;
      }
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(refused).toBeLessThan(4_000);
  });
});

describe('packets in a stream', () => {
  const packets = Array.from({ length: 40 }, (_, index) => Buffer.alloc((index * 37) % 900, index));
  const stream = Buffer.concat(packets.map((packet) => new JuteWriter().bytes(packet).body()));

  it('are cut out whatever the pieces they come in', () => {
    const random = randomOf(3);
    for (let round = 0; round < 40; round++) {
      const found: Buffer[] = [];
      const assembler = packetAssembler(1000, (buffer, start, end) => {
        found.push(Buffer.from(buffer.subarray(start, end)));
      });
      for (let at = 0; at < stream.length;) {
        const upTo = Math.min(stream.length, at + 1 + Math.floor(random() * (round < 20 ? 7 : 3000)));
        const piece = Buffer.from(stream.subarray(at, upTo));
        assembler.receive(piece, piece.length);
        at = upTo;
      }
      expect(found.length).toBe(packets.length);
      expect(Buffer.compare(Buffer.concat(found), Buffer.concat(packets))).toBe(0);
    }
  });

  it('that announce too much are refused, those that may come take no room before they do', () => {
    const assembler = packetAssembler(1000, () => {});
    expect(() => assembler.receive(Buffer.from('000003e9', 'hex'), 4)).toThrow(
      'at most 1000 bytes, found one that announces 1001',
    );
    expect(() => packetAssembler(1000, () => {}).receive(Buffer.from('ffffffff', 'hex'), 4)).toThrow(MalformedAnswer);
    const before = process.memoryUsage().arrayBuffers;
    const many = Array.from({ length: 50 }, () => packetAssembler(2 ** 30, () => {}));
    for (const each of many) each.receive(Buffer.from('3fffffff00', 'hex'), 5);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 2 ** 20);
  });
});
