import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#libs/load/clock.js';
import { openStore } from '#libs/store/open-store.js';
import { describeQueue } from './queue.conformance.js';
import { sqlQueue } from './sql-queue.js';

describeQueue('the queue on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-queue-'));
  const store = await openStore({ url: `sqlite:${join(folder, 't.db')}` });
  return {
    store,
    connect: async () => sqlQueue(systemClock),
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});
