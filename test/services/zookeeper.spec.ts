import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyClient, codeOf, openLibrary, openOurs } from './zk-clients.js';

/** `host:port` of a real ZooKeeper that tests may write to. */
const address = process.env['TIDEMARK_TEST_ZOOKEEPER'] ?? '';
const root = `/t${process.pid}_${Date.now().toString(36)}`;
const CLIENTS = { ours: openOurs, 'node-zookeeper-client': openLibrary };
const text = (value: string) => Buffer.from(value);

describe.skipIf(address === '').each(Object.entries(CLIENTS))('a real ZooKeeper, asked by %s', (name, open) => {
  const base = `${root}_${name === 'ours' ? 'a' : 'b'}`;
  let client: AnyClient;
  beforeAll(async () => {
    client = await open(address);
    await client.create(base, text(''));
  });
  afterAll(async () => {
    for (const child of await client.children(base)) await client.delete(`${base}/${child}`);
    await client.delete(base);
    await client.close();
  });

  it('creates, reads, changes and deletes a znode', async () => {
    const path = `${base}/one`;
    expect(await client.create(path, text('first'))).toBe(path);
    const { data, stat } = await client.get(path);
    expect(data.toString()).toBe('first');
    expect(stat).toMatchObject({ version: 0, childrenVersion: 0, dataBytes: 5, children: 0, ephemeralOwner: 0n });
    expect(Math.abs(stat.ctimeMs - Date.now())).toBeLessThan(60_000);
    expect(await client.set(path, text('second'))).toMatchObject({ version: 1, dataBytes: 6, czxid: stat.czxid });
    expect((await client.get(path)).data.toString()).toBe('second');
    await client.delete(path);
    expect(await client.exists(path)).toBeUndefined();
  });
});
