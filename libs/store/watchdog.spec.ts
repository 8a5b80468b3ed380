import { randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { Database } from './database.js';
import { storeOf } from './open-store.js';
import { executor, LEASE, newRun, NOW } from './store.conformance.js';
import { Vault } from './vault.js';

it('a sweep locks the others out only for runs in which something is amiss', async () => {
  const database = await Database.open('sqlite::memory:');
  const store = storeOf(database, new Vault(randomBytes(32)));
  for (const [index, id] of ['held', 'lost', 'waits'].entries())
    await store.runs.create(newRun(id, { createdAtMs: NOW + index, endpoints: [`127.0.0.${index}:9042`] }));
  for (const id of ['a', 'b']) await store.shards.register(executor(id), NOW);
  const held = await store.shards.claim('a', NOW, LEASE);
  await store.shards.claim('b', NOW, LEASE);
  const control = vi.spyOn(database, 'control');
  expect(await store.watchdog.sweep(NOW + LEASE)).toEqual([]);
  expect(control).not.toHaveBeenCalled();
  if (held) await store.shards.beat(held, NOW + LEASE, LEASE);
  expect(await store.watchdog.sweep(NOW + LEASE + 1)).toEqual([{ runId: 'lost', to: 'interrupted' }]);
  expect(control).toHaveBeenCalledTimes(1);
  await store.close();
});
