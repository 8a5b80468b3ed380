import { expect, it } from 'vitest';
import { SampleTable } from '../sample-table.js';
import { ServerPointsFold } from './server-points.js';

/** A text in pieces of so many characters. */
async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

it('answers the points of the keys that are asked for, whatever the pieces of the files are', async () => {
  const files = new Map<string, string>();
  for (const server of ['127.0.0.1:2182', '127.0.0.1:2181']) {
    const table = new SampleTable(server);
    for (const turn of [0, 1, 2, 3]) {
      const sample = new Map([
        ['znode_count', `${10 + turn}`],
        ['version', '3.8, "built"'],
        // A key that comes later: a second file of the same server.
        ...(turn < 2 ? [] : [['watch_count', `${turn}`] as const]),
      ]);
      const { name, text } = table.add(1_000 + 100 * turn, sample);
      files.set(name, (files.get(name) ?? '') + text);
    }
  }
  expect(files.size).toBe(4);
  for (const length of [1, 7, 10_000]) {
    const fold = new ServerPointsFold({ keys: new Set(['znode_count', 'version']), fromMs: 1_100, toMs: 1_200 });
    for (const text of files.values()) await fold.add(inPieces(text, length));
    const [first, second] = fold.take();
    expect([first?.server, second?.server]).toEqual(['127.0.0.1:2181', '127.0.0.1:2182']);
    expect(first?.samples).toBe(2);
    expect([...(first?.keys ?? [])]).toEqual(['znode_count', 'watch_count']);
    expect(Object.fromEntries(first?.points ?? [])).toEqual({
      znode_count: [
        { atMs: 1_100, value: 11 },
        { atMs: 1_200, value: 12 },
      ],
    });
  }
  const one = new ServerPointsFold({ keys: new Set(), server: '127.0.0.1:2182', fromMs: 0, toMs: Infinity });
  for (const text of files.values()) await one.add(inPieces(text, 100));
  expect(one.take().map(({ server, samples }) => [server, samples])).toEqual([['127.0.0.1:2182', 4]]);
});
