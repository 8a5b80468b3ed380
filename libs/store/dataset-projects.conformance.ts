import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generated, registered, upload } from './datasets.conformance.js';
import type { Store } from './port.js';
import { newRun, NOW } from './store.conformance.js';

/** How every database must keep the datasets of projects apart; `open` gives an empty, migrated store. */
export function describeDatasetProjects(
  name: string,
  open: () => Promise<{ store: Store; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let store: Store;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ store, close } = await open());
      for (const id of ['blue', 'red']) {
        await store.platform.projects.create({ id, name: id, quotas: {} }, NOW);
        await store.runs.create({ ...newRun(`of-${id}`), projectId: id });
      }
    });
    afterEach(() => close());

    it('finds, lists and forgets those of one project only, and its uploads', async () => {
      const { datasets } = store;
      const { uploads } = datasets;
      for (const [at, projectId] of ['blue', 'red', 'blue'].entries())
        await datasets.create(registered(`d${at}`, { projectId, createdAtMs: NOW + at }));
      await uploads.create(upload('u1', { datasetId: 'd1', projectId: 'red' }));
      const ids = async (projectId: string | null, cursor?: string) => {
        const { items, nextCursor } = await datasets.list({ projectId, limit: 2, cursor });
        return { ids: items.map((each) => each.id), nextCursor };
      };
      expect(await ids('red')).toEqual({ ids: ['d1'], nextCursor: null });
      expect(await ids('blue')).toEqual({ ids: ['d2', 'd0'], nextCursor: null });
      const all = await ids(null);
      expect([all.ids, (await ids(null, all.nextCursor ?? '')).ids]).toEqual([['d2', 'd1'], ['d0']]);
      expect(await datasets.find('d1', 'red')).toMatchObject({ id: 'd1', projectId: 'red' });
      expect(await datasets.find('d1', 'blue')).toBeNull();
      expect([await uploads.find('d1', 'u1', 'blue'), await uploads.list('d1', 'blue')]).toEqual([null, []]);
      expect((await uploads.list('d1', 'red')).map(({ id }) => id)).toEqual(['u1']);
      await expect(datasets.delete('d1', 'blue')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
      expect(await datasets.delete('d1', 'red')).toMatchObject({ id: 'd1' });
    });

    it('keeps a generated dataset in the project of its run, and its folder from the runs of others', async () => {
      const { datasets } = store;
      await datasets.requireFolder('made', 'of-blue');
      await datasets.keepGenerated(generated('g1', 'one'), 'of-red');
      expect(await datasets.find('g1', 'red')).toMatchObject({ projectId: 'red' });
      await datasets.requireFolder('made', 'of-red');
      const refused = { code: 'CONFLICT', message: expect.stringContaining("another project's dataset") };
      for (const folder of ['made', 'made/deeper'])
        await expect(datasets.requireFolder(folder, 'of-blue'), folder).rejects.toMatchObject(refused);
      await datasets.requireFolder('made2', 'of-blue');
      await expect(datasets.keepGenerated(generated('g2', 'two'), 'of-blue')).rejects.toMatchObject(refused);
      await expect(datasets.keepGenerated(generated('g1', 'one'), 'of-blue')).rejects.toMatchObject(refused);
      expect((await datasets.list({ limit: 9 })).items.map(({ id }) => id)).toEqual(['g1']);
      expect([await datasets.foreignFolders('blue'), await datasets.foreignFolders('red')]).toEqual([['made'], []]);
      await datasets.delete('g1', 'red');
      await datasets.requireFolder('made', 'of-blue');
    });

    it('takes folders around an upload for its project, and those that were only registered for nobody', async () => {
      const { datasets } = store;
      const at = (folder: string) => ({ projectId: 'red', location: { type: 'folder' as const, folder } });
      await datasets.create(registered('d1', { ...at('uploads/d1'), source: 'uploaded' }));
      await datasets.create(registered('d2', at('rows')));
      await expect(datasets.requireFolder('uploads', 'of-blue')).rejects.toMatchObject({ code: 'CONFLICT' });
      await datasets.requireFolder('uploads/d2', 'of-blue');
      await datasets.requireFolder('rows', 'of-blue');
    });

    it('holds back the deletion of its project', async () => {
      await store.platform.projects.create({ id: 'green', name: 'green', quotas: {} }, NOW);
      await store.datasets.create(registered('d1', { projectId: 'green' }));
      await expect(store.platform.projects.delete('green', NOW)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('still has a dataset'),
      });
      await store.datasets.delete('d1', 'green');
      await store.platform.projects.delete('green', NOW);
    });
  });
}
