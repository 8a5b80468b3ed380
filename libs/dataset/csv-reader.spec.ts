import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compress, init } from '@bokuweb/zstd-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { csvLine } from './csv-text.js';
import { readCsv, readCsvFile, type CsvOptions } from './csv-reader.js';
import { fieldText } from './csv-row.js';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 1_000_000, options: Partial<CsvOptions> = {}) {
  const { columns, blocks } = await readCsv(pieces(bytes, size), { header: true, shown: 'a.csv', ...options });
  const rows = [];
  for await (const block of blocks) rows.push(...block);
  return { columns, rows, texts: rows.map(({ fields }) => fields.map(fieldText)) };
}

const ROWS = [
  ['k1', 'plain'],
  ['k2', 'Zürich, 東京 🌊'],
  ['k3', 'two\nlines, and "quotes"\r\nthree'],
  ['k4', ''],
  ['k5', '""'],
  ['k6', 'ends with a quote"'],
];
const whole = (end: string) =>
  Buffer.from([['sort_key', 'content'], ...ROWS].map((row) => csvLine(row).replace(/\r\n$/, end)).join(''));

describe('reading CSV', () => {
  it.each(['\r\n', '\n'])('gives the same rows however it comes in pieces, with line ends %j', async (end) => {
    const bytes = whole(end);
    for (let size = 1; size < bytes.length + 1; size++) {
      const { columns, texts, rows } = await read(bytes, size);
      expect([size, columns, texts]).toEqual([size, ['sort_key', 'content'], ROWS]);
      expect(rows.map(({ index, line }) => [index, line])).toEqual([
        [0, 2],
        [1, 3],
        [2, 4],
        [3, 7],
        [4, 8],
        [5, 9],
      ]);
    }
  });

  it('needs no line end at the end, takes blank lines for nothing and a mark at the start for none', async () => {
    const { columns, texts, rows } = await read(Buffer.from('\ufeffa,b\n1,2\n\n3,4'));
    expect([columns, texts]).toEqual([
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ]);
    expect(rows[1]).toMatchObject({ index: 1, line: 4 });
  });

  it('without a header counts from the first line, with another delimiter', async () => {
    const { columns, rows } = await read(Buffer.from('1;"2,3"\n'), 3, { header: false, delimiter: ';' });
    expect([columns, rows]).toEqual([undefined, [{ index: 0, line: 1, fields: ['1', '2,3'] }]]);
  });

  it.each([1, 3, 7, 1_000])('loses only the line of a quote that is not closed, in pieces of %i', async (size) => {
    const text = 'k,v\r\n1,"open\r\n2,"b\r\nb"\r\n3,"x"y\r\n4,d\r\n5,"open to the end\r\n6,f\r\n';
    const { rows } = await read(Buffer.from(text), size);
    expect(
      rows.map(({ index, line, fields, problem }) => [index, line, fields.join('|'), problem === undefined]),
    ).toEqual([
      [0, 2, '1,"open', false],
      [1, 3, '2|b\r\nb', true],
      [2, 5, '3,"x"y', false],
      [3, 6, '4|d', true],
      [4, 7, '5,"open to the end', false],
      [5, 8, '6|f', true],
    ]);
  });

  it.each([1, 5, 4_000])('loses only the line that is too long, in pieces of %i', async (size) => {
    const text = `k,v\n1,a\n2,${'x'.repeat(500)}\n3,"${'y\n'.repeat(100)}\n4,d\n`;
    const { rows } = await read(Buffer.from(text), size, { maxRowBytes: 64 });
    const good = rows.filter(({ problem }) => problem === undefined).map(({ fields }) => fields.join('|'));
    expect(good).toEqual(expect.arrayContaining(['1|a', '4|d']));
    expect(rows.at(-1)).toMatchObject({ line: 105, fields: ['4', 'd'] });
    expect(rows.find(({ line }) => line === 4)?.problem).toMatch(/quote|at most 64 bytes/);
  });

  it('takes time in proportion to broken rows, not to their square', async () => {
    const text = `k,v\n${'1,"x"y\n2,ok\n'.repeat(20_000)}`;
    const before = process.cpuUsage();
    const { rows } = await read(Buffer.from(text));
    expect(rows.filter(({ problem }) => problem !== undefined)).toHaveLength(20_000);
    expect(rows.filter(({ problem }) => problem === undefined)).toHaveLength(20_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });

  it.each([
    ['', /expected a header, found an empty file/],
    ['a,b,a\n1,2,3\n', /names a twice/],
    ['a,,b\n', /column 2 of the header has no name/],
    ['a,"b\n1,2\n', /expected a header, but expected the quote/],
    ['\xff\xfea\0', /found UTF-16/],
    ['a\0,\0b\0\n\0', /column 1 of the header has a NUL byte: expected UTF-8, found UTF-16/],
  ])('refuses %j', async (text, problem) => {
    await expect(read(Buffer.from(text, 'latin1'))).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringMatching(problem),
    });
  });

  it('tells bytes that are not UTF-8', async () => {
    const { texts } = await read(Buffer.from('k,v\n1,Z\xfcrich\n', 'latin1'));
    expect(texts).toEqual([['1', undefined]]);
  });
});

describe('a CSV file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-csv-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const rowsOf = async (name: string) => {
    const { blocks } = await readCsvFile({ path: join(folder, name) }, { header: true, shown: name });
    const texts = [];
    for await (const block of blocks) texts.push(...block.map(({ fields }) => fields.map(fieldText)));
    return texts;
  };

  it('is decompressed by its name', async () => {
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync(whole('\r\n')));
    expect(await rowsOf('a.csv.gz')).toEqual(ROWS);
  });

  it('is decompressed from zstd, in as many frames as it has, and refused when it is cut', async () => {
    await init();
    const text = Buffer.from(
      `k,v\n${Array.from({ length: 60_000 }, (_, at) => `${at},value ${at % 977}`).join('\n')}\n`,
    );
    const half = Math.floor(text.length / 2);
    const packed = Buffer.concat([compress(text.subarray(0, half), 3), compress(text.subarray(half), 3)]);
    writeFileSync(join(folder, 'a.csv.zst'), packed);
    const rows = await rowsOf('a.csv.zst');
    expect(rows).toHaveLength(60_000);
    expect(rows.every(([key, value], at) => key === String(at) && value === `value ${at % 977}`)).toBe(true);
    writeFileSync(join(folder, 'cut.csv.zst'), packed.subarray(0, packed.length - 9));
    await expect(rowsOf('cut.csv.zst')).rejects.toThrow(/cut.csv.zst cannot be read: unexpected EOF/);
    writeFileSync(join(folder, 'no.csv.zst'), text);
    await expect(rowsOf('no.csv.zst')).rejects.toThrow(/no.csv.zst cannot be read: invalid zstd data/);
  });

  it('that is missing, no gzip or cut is refused by its name', async () => {
    writeFileSync(join(folder, 'no.csv.gz'), whole('\n'));
    writeFileSync(join(folder, 'cut.csv.gz'), gzipSync(whole('\n')).subarray(0, 60));
    await expect(rowsOf('none.csv')).rejects.toThrow(/none.csv cannot be read: ENOENT/);
    await expect(rowsOf('no.csv.gz')).rejects.toThrow(/no.csv.gz cannot be read: incorrect header/);
    await expect(rowsOf('cut.csv.gz')).rejects.toThrow(/cut.csv.gz cannot be read: unexpected end/);
  });
});
