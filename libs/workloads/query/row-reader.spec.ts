import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CQL_TYPE } from '#libs/cql/protocol.js';
import type { Binding } from './binding.js';
import { QuerySpec } from './query.schema.js';
import { RowQueue } from './row-queue.js';
import { RowReader } from './row-reader.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-query-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const keys = (from: number, count: number): string[] => Array.from({ length: count }, (_, index) => key(from + index));

const BINDING: Binding = {
  bound: [{ name: 'sort_key', type: { id: CQL_TYPE.UUID, of: [] } }],
  partitionKey: [0],
  answered: [],
  compared: undefined,
};

type Change = Partial<z.input<typeof QuerySpec>>;

function readerOf(texts: readonly (string | Buffer)[], change: Change = {}, binding = BINDING) {
  const spec = QuerySpec.parse({ dataset: 'd', ...change });
  const files = texts.map((text, index) => {
    const name = typeof text === 'string' ? `${index}.csv` : `${index}.csv.gz`;
    writeFileSync(join(folder, name), text);
    return { path: join(folder, name), name, index, bytes: text.length, modifiedMs: 0 };
  });
  const queue = new RowQueue(spec.queueSize);
  const reader = new RowReader({ spec, files, binding, queue, wake: () => undefined, bad: () => undefined });
  return { queue, reader };
}

const csv = (names: readonly string[]): string =>
  ['sort_key,content', ...names.map((name) => `${name},text`), ''].join('\n');

/** Draws everything, as a loop does that is as fast as the reader. */
async function drawAll({ queue, reader }: ReturnType<typeof readerOf>): Promise<string[]> {
  const drawn: string[] = [];
  const reading = reader.run();
  const outcome = reading.then(
    () => undefined,
    (error: unknown) => error,
  );
  while (queue.isWaiting || queue.depth > 0) {
    while (queue.next()) drawn.push(queue.row?.key ?? '');
    await turn();
  }
  const error = await outcome;
  if (error !== undefined) throw error;
  return drawn;
}

describe('the reader of a query worker', () => {
  it('gives every row of every file, in order, gzip too', async () => {
    const texts = [csv(keys(1, 250)), gzipSync(csv(keys(251, 100)))];
    const parts = readerOf(texts, { batchSize: 100, queueSize: 2 });
    expect(await drawAll(parts)).toEqual(keys(1, 350));
    expect(parts.reader).toMatchObject({ rowsRead: 350, filesRead: 2, badRowCount: 0 });
    expect(parts.queue.depthMax).toBe(2);
  });

  it('reads no further than the queue has room', async () => {
    const { queue, reader } = readerOf([csv(keys(1, 1000))], { batchSize: 10, queueSize: 3 });
    const reading = reader.run();
    while (reader.rowsRead < 40) await turn();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(queue.depth).toBe(3);
    expect(reader.rowsRead).toBe(40);
    for (let row = 0; row < 10; row++) queue.next();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect(reader.rowsRead).toBe(50);
    reader.stop();
    await reading;
    expect(queue.isWaiting).toBe(false);
  });

  it('encodes values as a request has them, and the key as tokens are computed of it', async () => {
    const parts = readerOf([csv([key(7)])]);
    await drawAll(parts);
    const { values, route } = parts.queue.row ?? {};
    expect(route?.toString('hex')).toBe('00000000000040008000000000000007');
    expect(values?.toString('hex')).toBe('0000001000000000000040008000000000000007');
  });

  it('leaves out rows that cannot be asked for, and says why', async () => {
    const parts = readerOf([`sort_key,content\n${key(1)},a\nno-uuid,b\n${key(2)}\n${key(3)},c\n`]);
    expect(await drawAll(parts)).toEqual([key(1), key(3)]);
    expect(parts.reader.badRows).toEqual([
      { file: '0.csv', row: 2, reason: expect.stringMatching(/^sort_key: expected a UUID .*, found no-uuid$/) },
      { file: '0.csv', row: 3, reason: 'expected 2 fields, found 1' },
    ]);
  });

  it('fails when a file has no such column, and says which it has', async () => {
    const parts = readerOf(['id,content\n1,a\n']);
    await expect(drawAll(parts)).rejects.toThrow(
      /^0\.csv cannot be asked for: expected a column sort_key, found id, content/,
    );
  });

  it('takes files without a header', async () => {
    const bare = readerOf([`${key(1)},a\n${key(2)},b,c\n`], { csv: { header: false } });
    expect(await drawAll(bare)).toEqual([key(1), key(2)]);
    const named = readerOf([`a,${key(1)}\n`], { csv: { header: false, columns: ['content', 'sort_key'] } });
    expect(await drawAll(named)).toEqual([key(1)]);
  });

  it('reads the files again for each loop, and for ever where only time ends a run', async () => {
    const texts = [csv(keys(1, 3))];
    expect(await drawAll(readerOf(texts, { loops: 2 }))).toEqual([...keys(1, 3), ...keys(1, 3)]);
    const endless = readerOf(texts, { durationMs: 1000, queueSize: 50 });
    const reading = endless.reader.run();
    for (let drawn = 0; drawn < 100;) {
      if (endless.queue.next()) drawn++;
      else await turn();
    }
    endless.reader.stop();
    await reading;
    expect(endless.reader.filesRead).toBeGreaterThan(30);
  });

  it('ends when files that are to be read for ever have no row', async () => {
    expect(await drawAll(readerOf(['sort_key,content\n'], { durationMs: 60_000 }))).toEqual([]);
  });

  it('shuffles by the seed: all rows once, another order', async () => {
    const texts = [csv(keys(1, 50)), csv(keys(51, 50))];
    const order = (seed: number) => drawAll(readerOf(texts, { order: { type: 'shuffled', windowRows: 20 }, seed }));
    const [one, again, other] = [await order(1), await order(1), await order(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(one).not.toEqual(keys(1, 100));
    expect(one.toSorted()).toEqual(keys(1, 100));
  });

  it('samples by the seed', async () => {
    const sample = async (seed: number) => {
      const parts = readerOf([csv(keys(1, 2000))], { sampleShare: 0.25, seed });
      const drawn = await drawAll(parts);
      expect(parts.reader.skippedRows).toBe(2000 - drawn.length);
      return drawn;
    };
    const [one, again, other] = [await sample(1), await sample(1), await sample(2)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
    expect(Math.abs(one.length - 500)).toBeLessThan(80);
  });
});
