import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ZkClient } from '#libs/zk/client.js';
import { CODE } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import { type AnyClient, codeOf, openLibrary, openOurs } from './zk-clients.js';

/** `host:port` of a real ZooKeeper that tests may write to. */
const address = process.env['TIDEMARK_TEST_ZOOKEEPER'] ?? '';
const root = `/t${process.pid}_${Date.now().toString(36)}`;
const CLIENTS = { ours: openOurs, 'node-zookeeper-client': openLibrary };
const text = (value: string) => Buffer.from(value);
const NO_CHILDREN_FOR_EPHEMERALS = -108;
const NO_AUTH = -102;
const RUNTIME_INCONSISTENCY = -2;

async function removeTree(client: AnyClient, path: string): Promise<void> {
  for (const child of await client.children(path)) await removeTree(client, `${path}/${child}`);
  await client.delete(path);
}

describe.skipIf(address === '').each(Object.entries(CLIENTS))('a real ZooKeeper, asked by %s', (name, open) => {
  const base = `${root}_${name === 'ours' ? 'a' : 'b'}`;
  let client: AnyClient;
  beforeAll(async () => {
    client = await open(address);
    await client.create(base, text(''));
  });
  afterAll(async () => {
    await removeTree(client, base);
    await client.close();
  });
  /** What watches tell, in their order. */
  const listen = () => {
    const heard: string[] = [];
    const told = (type: string, path: string) => void heard.push(`${type} ${path.slice(base.length)}`);
    const until = async (count: number) => {
      for (const untilMs = Date.now() + 5_000; heard.length < count && Date.now() < untilMs;) await sleep(10);
      return heard;
    };
    return { told, until };
  };

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

  it('refuses with the same numbers', async () => {
    const path = `${base}/refused`;
    await client.create(path, text('x'));
    await client.create(`${path}/child`, text('x'), 'ephemeral');
    expect(
      await Promise.all([
        codeOf(client.get(`${base}/nothing`)),
        codeOf(client.set(`${base}/nothing`, text('x'))),
        codeOf(client.delete(`${base}/nothing`)),
        codeOf(client.children(`${base}/nothing`)),
        codeOf(client.create(path, text('x'))),
        codeOf(client.set(path, text('x'), 7)),
        codeOf(client.delete(`${path}/child`, 7)),
        codeOf(client.delete(path)),
        codeOf(client.create(`${path}/child/grandchild`, text('x'))),
      ]),
    ).toEqual([
      ...Array<number>(4).fill(CODE.NO_NODE),
      CODE.NODE_EXISTS,
      CODE.BAD_VERSION,
      CODE.BAD_VERSION,
      CODE.NOT_EMPTY,
      NO_CHILDREN_FOR_EPHEMERALS,
    ]);
  });

  it('counts what is sequential, and forgets what is ephemeral with its session', async () => {
    const path = `${base}/modes`;
    await client.create(path, text(''));
    const passing = await open(address);
    expect(await passing.create(`${path}/e`, text(''), 'ephemeral')).toBe(`${path}/e`);
    expect(await passing.create(`${path}/s-`, text(''), 'ephemeralSequential')).toBe(`${path}/s-0000000001`);
    expect(await client.create(`${path}/p-`, text(''), 'persistentSequential')).toBe(`${path}/p-0000000002`);
    expect((await client.children(path)).toSorted()).toEqual(['e', 'p-0000000002', 's-0000000001']);
    expect((await client.exists(`${path}/e`))?.ephemeralOwner).not.toBe(0n);
    await passing.close();
    expect(await client.children(path)).toEqual(['p-0000000002']);
  });

  it('carries out a transaction as a whole or not at all', async () => {
    const path = `${base}/multi`;
    await client.create(path, text('0'));
    const done = await client.multi([
      { type: 'check', path, version: 0 },
      { type: 'create', path: `${path}/a`, data: text('a') },
      { type: 'set', path, data: text('1'), version: 0 },
      { type: 'delete', path: `${path}/a`, version: 0 },
      { type: 'create', path: `${path}/b`, data: text('b') },
    ]);
    expect(done).toEqual([0, 0, 0, 0, 0]);
    const refused = await client.multi([
      { type: 'set', path, data: text('2'), version: 1 },
      { type: 'delete', path: `${path}/nothing`, version: -1 },
      { type: 'create', path: `${path}/c`, data: text('c') },
    ]);
    expect(refused).toEqual([0, CODE.NO_NODE, RUNTIME_INCONSISTENCY]);
    expect((await client.get(path)).data.toString()).toBe('1');
    expect(await client.children(path)).toEqual(['b']);
  });

  it('is told once of what it watches', async () => {
    const path = `${base}/watched`;
    const { told, until } = listen();
    expect(await client.exists(path, told)).toBeUndefined();
    await client.create(path, text('0'));
    expect(await until(1)).toEqual(['created /watched']);
    await client.get(path, told);
    await client.set(path, text('1'));
    await client.set(path, text('2'));
    expect(await until(2)).toEqual(['created /watched', 'dataChanged /watched']);
    await client.children(path, told);
    await client.create(`${path}/child`, text(''));
    expect((await until(3))[2]).toBe('childrenChanged /watched');
    await client.delete(`${path}/child`);
    await client.exists(path, told);
    await client.delete(path);
    expect((await until(4)).slice(3)).toEqual(['deleted /watched']);
  });

  it('keeps out whoever lacks the digest', async () => {
    const path = `${base}/secret`;
    const owner = await open(address);
    await owner.addDigest('me:mine');
    await owner.create(path, text('hidden'), 'persistent', true);
    expect(await codeOf(client.get(path))).toBe(NO_AUTH);
    expect((await owner.get(path)).data.toString()).toBe('hidden');
    await owner.delete(path);
    await owner.close();
  });

  it('carries nothing, much, and many at a time in their order', async () => {
    const path = `${base}/sizes`;
    await client.create(path, text(''));
    expect((await client.get(path)).data.length).toBe(0);
    const large = Buffer.alloc(900_000, 'large');
    await client.set(path, large);
    expect((await client.get(path)).data.equals(large)).toBe(true);
    const many = await Promise.all(Array.from({ length: 500 }, (_, index) => client.set(path, text(String(index)))));
    expect(many.map(({ version }) => version)).toEqual(Array.from({ length: 500 }, (_, index) => index + 2));
    expect((await client.get(path)).data.toString()).toBe('499');
  });

  it('sees its chroot as the root', async () => {
    const below = await open(`${address}${base}`);
    const { told, until } = listen();
    expect(await below.create('/inner', text('in'))).toBe('/inner');
    expect((await client.get(`${base}/inner`)).data.toString()).toBe('in');
    expect(await below.children('/')).toContain('inner');
    await below.get('/inner', (type, path) => told(type, `${base}${path}`));
    await client.set(`${base}/inner`, text('out'));
    expect(await until(1)).toEqual(['dataChanged /inner']);
    await below.close();
  });
});

describe.skipIf(address === '')('what only our client can, at a real ZooKeeper', () => {
  let session: Session;
  let client: ZkClient;
  const base = `${root}_c`;
  beforeAll(async () => {
    session = await Session.open({ connectString: address, sessionTimeoutMs: 6_000, operationTimeoutMs: 10_000 });
    client = new ZkClient(session);
    await client.create(base);
  });
  afterAll(async () => {
    for (const name of await client.children(base)) await client.delete(`${base}/${name}`);
    await client.delete(base);
    await session.close();
  });

  it('creates containers and znodes with a time to live, which go by themselves', async () => {
    const container = await client.createStat(`${base}/container`, text('c'), { mode: 'container' });
    expect(container).toMatchObject({ path: `${base}/container`, stat: { dataBytes: 1, version: 0 } });
    await client.create(`${base}/container/child`);
    const mode = { mode: 'persistentTtl', ttlMs: 200 } as const;
    expect(await client.create(`${base}/ttl`, text('t'), mode)).toBe(`${base}/ttl`);
    const sequential = { mode: 'persistentSequentialTtl', ttlMs: 200 } as const;
    expect(await client.create(`${base}/n-`, text(''), sequential)).toMatch(/n-\d{10}$/);
    expect(() => client.createStat('/x', text(''), { mode: 'persistentTtl' })).toThrow('wants ttlMs');
    expect(() => client.createStat('/x', text(''), { ttlMs: 1 })).toThrow('takes no ttlMs');
    await expect.poll(() => client.children(base), { timeout: 20_000 }).toEqual(['container']);
    await client.delete(`${base}/container/child`);
    await expect.poll(() => client.children(base), { timeout: 20_000 }).toEqual([]);
  });

  it('reads children with the Stat of their parent, and syncs', async () => {
    await client.sync(base);
    const { names, stat } = await client.children2(base);
    expect(names).toEqual([]);
    const { stat: after } = await client.createStat(`${base}/child`);
    expect((await client.children2(base)).names).toEqual(['child']);
    expect((await client.children2(base)).stat).toMatchObject({ children: 1, pzxid: after.czxid });
    expect(stat.children).toBe(0);
  });

  it('goes on after a request that the server does not know', async () => {
    const unknown = session.request(9999, new Uint8Array(), () => 'answered', { about: 'unknown' });
    expect([-6, CODE.CONNECTION_LOSS]).toContain(await codeOf(unknown));
    await expect.poll(() => codeOf(client.get(base)), { timeout: 10_000 }).toBe(0);
  });
});
