import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from './database.js';
import { openStore } from './open-store.js';
import { describeDeliveries } from './platform/deliveries.conformance.js';
import { describePlatform } from './platform/platform.conformance.js';
import { describeDatasetProjects } from './dataset-projects.conformance.js';
import { describeDatasets } from './datasets.conformance.js';
import { describeExecutors } from './executors.conformance.js';
import { describeStore } from './store.conformance.js';

const folder = () => mkdtemp(join(tmpdir(), 'tidemark-store-'));

const openFresh = async () => {
  const dir = await folder();
  const store = await openStore({ url: `sqlite:${dir}/t.db` });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
};

describeStore('the store on SQLite', openFresh);
describePlatform('keys, projects, schedules and webhooks on SQLite', openFresh);
describeDeliveries('deliveries on SQLite', openFresh);
describeDatasets('datasets on SQLite', openFresh);
describeDatasetProjects('datasets of projects on SQLite', openFresh);
describeExecutors('executors on SQLite', openFresh);

describe('openStore on SQLite', () => {
  it('leaves no difference between migrations and entities', async () => {
    const database = await Database.open('sqlite::memory:');
    expect(await database.schemaDifference()).toEqual([]);
    await database.close();
  });

  it('opens one new file from several places at once', async () => {
    const dir = await folder();
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url: `sqlite:${dir}/t.db` })));
    await Promise.all(stores.map((store) => store.ping()));
    await Promise.all(stores.map((store) => store.close()));
    await rm(dir, { recursive: true });
  });

  it('says in a sentence that a file is no database, and that a folder is missing', async () => {
    const dir = await folder();
    await writeFile(
      join(dir, 'bad.db'),
      'this is not a database, and it is longer than a header of one hundred bytes, which SQLite reads first of all.',
    );
    await expect(openStore({ url: `sqlite:${dir}/bad.db` })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('not a SQLite database'),
    });
    await expect(openStore({ url: `sqlite:${dir}/bad.db/t.db` })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await rm(dir, { recursive: true });
  });
});
