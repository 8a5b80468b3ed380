import { describe, expect, it } from 'vitest';
import { seededRandom } from '#libs/load/random.js';
import type { CsvRow } from './csv-row.js';
import { CsvSplitter } from './csv-splitter.js';
import { PieceSplitter } from './piece-splitter.js';
import { RawRow } from './raw-row.js';

const shown = ({ index, line, fields, problem }: CsvRow) => ({ index, line, fields: [...fields], problem });

/** Both splitters' rows of the same pieces. */
function split(pieces: readonly Buffer[], format = {}) {
  const [one, other] = [new PieceSplitter(format), new CsvSplitter(format)];
  const raw = [...pieces.flatMap((piece) => one.add(piece)), ...one.end()];
  const text = [...pieces.flatMap((piece) => other.add(piece.toString('latin1'))), ...other.end()];
  return { raw, text };
}

function cut(bytes: Buffer, random: () => number, longest: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const to = at + 1 + Math.floor(random() * longest);
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  return pieces;
}

/** Fields with everything that makes trouble; quotes only in some stretches. */
function trouble(random: () => number, newline: string): string {
  const pick = (all: readonly string[]) => all[Math.floor(random() * all.length)] ?? '';
  const plain = ['', 'a', 'Zürich', 'x'.repeat(40), '\r', newline === '\n' ? 'b' : 'two\nlines', ' '];
  const quoted = ['"q"', '"a,b"', '"two\r\nlines"', '"say ""so"""', '"open', '"x"y'];
  return Array.from({ length: 200 }, (_, row) => {
    const all = row % 50 > 40 ? [...plain, ...quoted] : plain;
    const fields = Array.from({ length: random() < 0.05 ? 1 : 3 }, () => pick(all));
    return fields.join(',') + newline;
  }).join('');
}

describe('the rows of pieces', () => {
  it.each(['\n', '\r\n'])('are those of the text, whatever it is and however it is cut; line ends %j', (newline) => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const bytes = Buffer.from(`k,v,w${newline}${trouble(random, newline)}${seed % 2 === 0 ? 'last,row' : ''}`);
      const { raw, text } = split(cut(bytes, random, seed % 3 === 0 ? 20 : 700), { maxRowBytes: 2_000 });
      expect([seed, raw.map(shown)]).toEqual([seed, text.map(shown)]);
    }
  });

  it('are not copied where there is no quote', () => {
    const text = `k,v\n${'1,a\n'.repeat(100)}`;
    const { raw } = split([Buffer.from(text), Buffer.from(text), Buffer.from('2,"b"\n'), Buffer.from(text)]);
    expect(raw.filter((row) => row instanceof RawRow)).toHaveLength(202);
    expect(raw).toHaveLength(304);
  });

  it('are found in files of one column as fast as in others', () => {
    // No delimiter at all: looking for it again and again for every row would take minutes.
    const { raw } = split([Buffer.from('k\n'), Buffer.from('a\n'.repeat(500_000))]);
    expect(raw).toHaveLength(500_001);
  });

  it('that are too long are broken as in text', () => {
    const pieces = ['k,v\n', '1,a\n', `2,${'x'.repeat(90)}`, 'x'.repeat(200), '\n3,c\n'].map((text) =>
      Buffer.from(text),
    );
    const { raw, text } = split(pieces, { maxRowBytes: 64 });
    expect(raw.map(shown)).toEqual(text.map(shown));
    expect(raw.map(({ line, problem }) => [line, problem === undefined])).toEqual([
      [1, true],
      [2, true],
      [3, false],
      [4, true],
    ]);
  });
});
