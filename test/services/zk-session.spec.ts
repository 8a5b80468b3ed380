import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { ZkClient } from '#libs/zk/client.js';
import { Connection } from '#libs/zk/connection.js';
import { HotClient } from '#libs/zk/hot-client.js';
import { NO_HANDLER } from '#libs/zk/hot-handler.js';
import { greetingPacket } from '#libs/zk/login.js';
import { multiBody } from '#libs/zk/multi.js';
import { CODE, CREATE_MODE, OPCODE } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import type { SessionOptions } from '#libs/zk/session-options.js';
import { codeOf } from './zk-clients.js';
import { ZkServers } from './zk-servers.js';

/** A machine that runs one real ZooKeeper for the tests runs others: they are started here, and stopped after. */
const address = process.env['TIDEMARK_TEST_ZOOKEEPER'] ?? '';
const root = `/s${process.pid}_${Date.now().toString(36)}`;
const text = (value: string) => Buffer.from(value);
const LONG_MS = 240_000;

/** A session with a note of all that happened to it. */
async function noted(connectString: string, more: Partial<SessionOptions> = {}) {
  const heard: string[] = [];
  const options = { connectString, sessionTimeoutMs: 6_000, operationTimeoutMs: 4_000, ...more };
  const session = await Session.open(options, NO_HANDLER, {
    connected: ({ server, kept }) => void heard.push(`connected ${kept ? 'again' : 'anew'} ${server}`),
    disconnected: () => void heard.push('disconnected'),
    expired: () => void heard.push('expired'),
    refused: () => void heard.push('refused'),
  });
  return { session, client: new ZkClient(session), heard };
}
type Noted = Awaited<ReturnType<typeof noted>>;

const serverOf = ({ heard }: Noted): string =>
  heard.findLast((line) => line.startsWith('connected'))?.split(' ')[2] ?? '';

/** Takes a session over and ends it, as if the server had waited for a sign of life in vain. */
async function endBehindItsBack({ id, password }: Session, connectString: string): Promise<void> {
  const [host = '', port = ''] = connectString.split(':');
  const options = {
    host,
    port: Number(port),
    connectTimeoutMs: 5_000,
    inFlight: 1,
    maxAnswerBytes: 1000,
    sendBytes: 65_536,
  };
  const events = { closed: () => {}, notified: () => {}, watched: () => {}, turned: () => {} };
  const other = await Connection.open(options, NO_HANDLER, events);
  // Both at once: the owner takes its session back as soon as it notices.
  const greeted = other.greet(greetingPacket({ id, password }, 0n, 6_000));
  const closed = other.request(OPCODE.CLOSE_SESSION, new Uint8Array(), () => {}, { tick: 0, about: 'close' });
  await Promise.allSettled([greeted, closed]);
  other.destroy();
}

describe.skipIf(address === '')('a session at one real server', () => {
  it('that has expired is told of, and another takes its place', async () => {
    const one = await noted(address);
    const { session, client, heard } = one;
    const told: string[] = [];
    await client.create(root);
    await client.create(`${root}/e`, text('x'), { mode: 'ephemeral' });
    await client.get(`${root}/e`, ({ type, path }) => void told.push(`${type} ${path}`));
    const before = session.id;
    await endBehindItsBack(session, address);
    await expect
      .poll(() => heard.filter((line) => line.startsWith('connected anew')).length, { timeout: 20_000 })
      .toBe(2);
    expect(heard.slice(-2)).toEqual(['expired', `connected anew ${address}`]);
    expect(session.id).not.toBe(before);
    expect(await client.children(root)).toEqual([]);
    // The session of before may still have heard of the end of its own znode.
    expect([[`session ${root}/e`], [`deleted ${root}/e`]]).toContainEqual(told);
    await client.delete(root);
    await session.close();
  });

  it('that nobody gives says why', async () => {
    const wrong = { sessionTimeoutMs: 6_000, operationTimeoutMs: 1_000, openTimeoutMs: 200 };
    await expect(Session.open({ ...wrong, connectString: '127.0.0.1:1,127.0.0.1:2' })).rejects.toThrow(
      /could not open a session at 127\.0\.0\.1:[12] \(ECONNREFUSED\): nothing listens there/,
    );
    const credentials = [{ scheme: 'nobody-knows', auth: 'x' }];
    await expect(Session.open({ ...wrong, connectString: address, credentials })).rejects.toMatchObject({
      code: 'TARGET_AUTHENTICATION_FAILED',
    });
  });

  it('takes more control requests than fit, in their order', async () => {
    const { session, client } = await noted(address, { inFlight: 4 });
    await client.create(root);
    const versions = await Promise.all(Array.from({ length: 500 }, () => client.set(root, text('x'))));
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
    await client.delete(root);
    await session.close();
  });

  it('lives on by pings alone', async () => {
    const { session, client, heard } = await noted(address, { sessionTimeoutMs: 900 });
    expect(session.timeoutMs).toBe(900);
    await sleep(4_000);
    expect(heard).toHaveLength(1);
    expect(await client.exists('/')).toBeDefined();
    await session.close();
    expect(await codeOf(client.exists('/'))).toBe(CODE.SESSION_EXPIRED);
  });

  it('carries hot operations by slot, and says when it takes none', async () => {
    const heard: string[] = [];
    const handler = {
      onAnswer: (slot: number, buffer: Buffer, start: number, end: number) =>
        void heard.push(`${slot}: ${end - start} ${buffer.toString('latin1', start + 4, start + 7)}`),
      onFailure: (slot: number, code: number) => void heard.push(`${slot}: ${code}`),
      onTurn: () => {},
    };
    const options = { connectString: `${address}/`, sessionTimeoutMs: 6_000, operationTimeoutMs: 4_000, inFlight: 9 };
    const session = await Session.open(options, handler);
    const hot = new HotClient(session);
    const path = hot.path(`${root}h`);
    const told: string[] = [];
    const begun = [
      hot.exists(0, path, ({ type }) => void told.push(type)),
      hot.create(1, path, text('abc'), CREATE_MODE.persistent),
      hot.get(2, path),
      hot.set(3, path, text('defg'), 0),
      hot.set(4, path, text('hi'), 0),
      hot.children(5, path),
      hot.children2(6, path),
      hot.sync(7, path),
      hot.delete(8, path),
      hot.get(9, path),
    ];
    expect(begun).toEqual([...Array<boolean>(9).fill(true), false]);
    hot.flush();
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(9);
    const name = `${root}h`;
    expect(heard.map((line) => line.replace(/ [^ ]*$/s, ''))).toEqual([
      `0: ${CODE.NO_NODE}`.replace(/ [^ ]*$/, ''),
      `1: ${4 + name.length}`,
      '2: 75',
      '3: 68',
      `4: ${CODE.BAD_VERSION}`.replace(/ [^ ]*$/, ''),
      '5: 4',
      '6: 72',
      `7: ${4 + name.length}`,
      '8: 0',
    ]);
    expect([heard[0], heard[2], heard[4], told]).toEqual([
      `0: ${CODE.NO_NODE}`,
      '2: 75 abc',
      `4: ${CODE.BAD_VERSION}`,
      ['created'],
    ]);
    const parts = [{ type: 'create', path: `${root}m` } as const, { type: 'delete', path: `${root}m` } as const];
    expect(
      hot.multi(
        3,
        multiBody(parts, (inner) => inner),
      ),
    ).toBe(true);
    hot.flush();
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(10);
    // Two results, one with a path, and the end: headers of nine bytes.
    expect(heard[9]).toMatch(`3: ${3 * 9 + 4 + name.length}`);
    await session.close();
    expect([hot.isConnected, hot.get(0, path)]).toEqual([false, false]);
  });
});

describe.skipIf(address === '')('a guarded real server', () => {
  let servers: ZkServers;
  let guarded: string;
  const sasl = { username: 'tidemark', password: 'tidemark' };
  beforeAll(async () => {
    servers = await ZkServers.start('zookeeper.guarded');
    guarded = await servers.place('guarded');
  }, LONG_MS);
  afterAll(() => servers.stop());

  it('lets in by SASL DIGEST-MD5, and knows who it is', async () => {
    const { session, client } = await noted(guarded, { sasl });
    const access = [{ permissions: 31, scheme: 'sasl', id: 'tidemark' }];
    await client.create(`${root}_sasl`, text('x'), { access });
    expect((await client.get(`${root}_sasl`)).data.toString()).toBe('x');
    await client.delete(`${root}_sasl`);
    await session.close();
  });

  it('refuses a wrong password, and operations of whoever has not logged in', async () => {
    const wrong = { sasl: { ...sasl, password: 'guessed' } };
    await expect(noted(guarded, wrong)).rejects.toMatchObject({ code: 'TARGET_AUTHENTICATION_FAILED' });
    await expect(noted(guarded, wrong)).rejects.toThrow(/refused the login/);
    const { session, client, heard } = await noted(guarded);
    expect(await codeOf(client.exists('/'))).toBe(CODE.SESSION_CLOSED_REQUIRE_SASL);
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('refused');
    expect(session.ended).toBe(true);
  });

  it('is spoken to by TLS, with its authority checked', async () => {
    const secured = await servers.place('tls');
    const ca = readFileSync(await servers.place('authority'));
    const { session, client } = await noted(secured, { sasl, tls: { ca } });
    const large = Buffer.alloc(500_000, 'large');
    await client.create(`${root}_tls`, large);
    expect((await client.get(`${root}_tls`)).data.equals(large)).toBe(true);
    await client.delete(`${root}_tls`);
    await session.close();
    await expect(noted(secured, { sasl, tls: {}, openTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
    });
    await expect(noted(secured, { sasl, openTimeoutMs: 500, connectTimeoutMs: 500 })).rejects.toThrow(
      'could not open a session',
    );
  });

  it("that is frozen makes operations time out; their late answers are nobody else's", async () => {
    const { session, client, heard } = await noted(guarded, {
      sasl,
      sessionTimeoutMs: 30_000,
      operationTimeoutMs: 500,
    });
    await client.create(`${root}_late`, text('0'));
    const goOn = await servers.freeze();
    const late = [client.set(`${root}_late`, text('1')), client.set(`${root}_late`, text('2'))].map(codeOf);
    expect(await Promise.all(late)).toEqual([CODE.OPERATION_TIMEOUT, CODE.OPERATION_TIMEOUT]);
    goOn();
    expect((await client.get(`${root}_late`)).data.toString()).toBe('2');
    expect(session.connection?.lateAnswers).toBe(2);
    expect(heard).toHaveLength(1);
    await client.delete(`${root}_late`);
    await session.close();
  });

  it('that gives no sign of life for two thirds of the timeout is given up', async () => {
    const { session, client, heard } = await noted(guarded, { sasl, sessionTimeoutMs: 3_000 });
    const goOn = await servers.freeze();
    const asked = codeOf(client.get('/'));
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('disconnected');
    expect(await asked).toBe(CODE.CONNECTION_LOSS);
    goOn();
    await expect.poll(() => codeOf(client.get('/')), { timeout: 20_000 }).toBe(0);
    await session.close();
  });

  it('that is restarted finds its sessions again', async () => {
    const { session, client, heard } = await noted(guarded, { sasl, sessionTimeoutMs: 20_000 });
    await client.create(`${root}_e`, text('x'), { mode: 'ephemeral' });
    const before = session.id;
    await servers.stopOne();
    await expect.poll(() => heard, { timeout: 10_000 }).toContain('disconnected');
    expect(await codeOf(client.get('/'))).toBe(CODE.CONNECTION_LOSS);
    await servers.startOne();
    await expect.poll(() => heard.at(-1), { timeout: 30_000 }).toBe(`connected again ${guarded}`);
    expect(session.id).toBe(before);
    expect((await client.get(`${root}_e`)).stat.ephemeralOwner).toBe(session.id);
    await session.close();
  });
});

describe.skipIf(address === '')('a session at a real ensemble of three', () => {
  let servers: ZkServers;
  let ensemble: string;
  beforeAll(async () => {
    servers = await ZkServers.start('ensemble');
    ensemble = await servers.place('ensemble');
  }, LONG_MS);
  afterAll(() => servers.stop());

  it('moves when its server stops, keeps what is ephemeral, and hears of what its watches missed', async () => {
    const one = await noted(ensemble, { sessionTimeoutMs: 30_000 });
    const { session, client } = one;
    const members = ensemble.split(',');
    const left = serverOf(one);
    const other = await noted(members.filter((member) => member !== left).join(','), { sessionTimeoutMs: 30_000 });
    const told: string[] = [];
    const watcher = ({ type, path }: { type: string; path: string }) => void told.push(`${type} ${path}`);
    await client.create(root);
    await client.create(`${root}/missed`);
    await client.create(`${root}/e`, text(''), { mode: 'ephemeral' });
    await client.get(`${root}/missed`, watcher);
    await client.exists(`${root}/absent`, watcher);
    await client.children(`${root}/missed`, watcher);
    const id = session.id;

    await servers.stopOne(`zookeeper.${members.indexOf(left) + 1}`);
    await expect
      .poll(() => codeOf(other.client.set(`${root}/missed`, text('behind its back'))), { timeout: 30_000 })
      .toBe(0);
    await expect.poll(() => codeOf(client.sync(root)), { timeout: 30_000 }).toBe(0);
    expect(serverOf(one)).not.toBe(left);
    expect(session.id).toBe(id);
    await expect.poll(() => told, { timeout: 10_000 }).toEqual([`dataChanged ${root}/missed`]);
    await other.client.create(`${root}/absent`);
    await other.client.create(`${root}/missed/child`);
    await expect
      .poll(() => told.toSorted(), { timeout: 10_000 })
      .toEqual([`childrenChanged ${root}/missed`, `created ${root}/absent`, `dataChanged ${root}/missed`]);
    expect((await other.client.get(`${root}/e`)).stat.ephemeralOwner).toBe(id);

    await session.close();
    await other.client.sync(root);
    expect(await other.client.exists(`${root}/e`)).toBeUndefined();
    await servers.startOne(`zookeeper.${members.indexOf(left) + 1}`);
    for (const path of ['/missed/child', '/missed', '/absent', '']) await other.client.delete(root + path);
    await other.session.close();
  });
});
