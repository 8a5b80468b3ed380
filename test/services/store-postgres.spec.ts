import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { Database } from '#libs/store/database.js';
import { openStore } from '#libs/store/open-store.js';
import { describeDeliveries } from '#libs/store/platform/deliveries.conformance.js';
import { describePlatform } from '#libs/store/platform/platform.conformance.js';
import { describeDatasetProjects } from '#libs/store/dataset-projects.conformance.js';
import { describeDatasets } from '#libs/store/datasets.conformance.js';
import { describeExecutors } from '#libs/store/executors.conformance.js';
import { describeStore } from '#libs/store/store.conformance.js';

const server = process.env['TIDEMARK_TEST_POSTGRES'];

/** A database of its own for each test, dropped after it. */
async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const admin = new DataSource({ type: 'postgres', url: server ?? '' });
  await admin.initialize();
  const name = `tidemark_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server ?? '');
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.destroy();
    },
  };
}

describe.skipIf(server === undefined)('PostgreSQL (TIDEMARK_TEST_POSTGRES)', () => {
  const openFresh = async () => {
    const { url, drop } = await freshDatabase();
    const store = await openStore({ url, secretKey: randomBytes(32) });
    return {
      store,
      close: async () => {
        await store.close();
        await drop();
      },
    };
  };
  describeStore('the store on PostgreSQL', openFresh);
  describePlatform('keys, projects, schedules and webhooks on PostgreSQL', openFresh);
  describeDeliveries('deliveries on PostgreSQL', openFresh);
  describeDatasets('datasets on PostgreSQL', openFresh);
  describeDatasetProjects('datasets of projects on PostgreSQL', openFresh);
  describeExecutors('executors on PostgreSQL', openFresh);

  it('leaves no difference between migrations and entities', async () => {
    const { url, drop } = await freshDatabase();
    const database = await Database.open(url);
    expect(await database.schemaDifference()).toEqual([]);
    await database.close();
    await drop();
  });

  it('lets several processes open and migrate an empty database at once', async () => {
    const { url, drop } = await freshDatabase();
    const stores = await Promise.all([1, 2, 3].map(() => openStore({ url })));
    await Promise.all(stores.map((store) => store.ping()));
    await Promise.all(stores.map((store) => store.close()));
    await drop();
  });

  it('says in a sentence that the login was refused, without the password', async () => {
    const url = new URL(server ?? '');
    url.password = 'wrong-secret';
    const refused = await openStore({ url: url.toString() }).catch((error: unknown) => String(error));
    expect(refused).toMatch(/login was refused/);
    expect(refused).not.toContain('wrong-secret');
  });
});
