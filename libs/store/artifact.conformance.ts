import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewRun, Store } from './port.js';

const NOW = 1_800_000_000_000;

async function whole(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

/** What every store does with files and annotations; part of describeStore. */
export function describeArtifacts(
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
  newRun: (id: string) => NewRun,
): void {
  describe('files and annotations', () => {
    let opened: Awaited<ReturnType<typeof open>>;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it('puts a file together from its parts, each once however often it was sent', async () => {
      const { artifacts } = opened.store;
      const part = (name: string, index: number, text: string) =>
        artifacts.append('r1', { name, type: 'text/csv', part: index, atMs: NOW + index, text });
      for (const index of [0, 1, 1, 2, 0]) await part('a.csv', index, `zeile ä ${index}\n`);
      await part('b.csv', 0, 'b');
      expect(await artifacts.list('r1')).toEqual([
        { name: 'a.csv', type: 'text/csv', bytes: 33, createdAtMs: NOW },
        { name: 'b.csv', type: 'text/csv', bytes: 1, createdAtMs: NOW },
      ]);
      expect(await whole(artifacts.read('r1', 'a.csv'))).toBe('zeile ä 0\nzeile ä 1\nzeile ä 2\n');
      expect(await whole(artifacts.read('r2', 'a.csv'))).toBe('');
    });

    it('makes one annotation of two calls with one Idempotency-Key that come at once', async () => {
      const { artifacts, runs } = opened.store;
      await runs.create(newRun('r1'));
      const once = { nowMs: NOW, idempotency: { key: 'k', bodyHash: 'a' } };
      const noted = (label: string, given = once) =>
        artifacts.annotate('r1', { atMs: NOW, label, source: 'api' }, given);
      const [first, second] = await Promise.all([noted('one'), noted('other')]);
      expect(second).toEqual({ item: first.item, replayed: true });
      await expect(noted('one', { ...once, idempotency: { key: 'k', bodyHash: 'b' } })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect(await artifacts.annotations('r1')).toEqual([first.item]);
      await runs.requestCancel('r1', 'test', 'test', NOW);
      await runs.delete('r1');
      await runs.create(newRun('r1'));
      expect(await noted('again')).toMatchObject({ item: { label: 'again' }, replayed: false });
    });

    it('lists annotations by their time, and forgets all with the run', async () => {
      const { artifacts, runs } = opened.store;
      await runs.create(newRun('r1'));
      await artifacts.append('r1', { name: 'a', type: 'text/plain', part: 0, atMs: NOW, text: 'a' });
      await artifacts.annotate('r1', { atMs: NOW + 5, label: 'later', source: 'api' });
      const first = await artifacts.annotate('r1', { atMs: NOW, label: 'first', source: 'executor:e' });
      expect(first.item).toEqual({ id: expect.any(Number), atMs: NOW, label: 'first', source: 'executor:e' });
      expect((await artifacts.annotations('r1')).map(({ label }) => label)).toEqual(['first', 'later']);
      await runs.requestCancel('r1', 'test', 'test', NOW);
      await runs.delete('r1');
      expect(await artifacts.annotations('r1')).toEqual([]);
      expect(await artifacts.list('r1')).toEqual([]);
    });
  });
}
