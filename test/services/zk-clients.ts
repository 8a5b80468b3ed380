import library, { type LibraryError, type LibraryStat } from 'node-zookeeper-client';
import { ZkClient } from '#libs/zk/client.js';
import { CREATOR_ACCESS } from '#libs/zk/jute-writer.js';
import { CREATE_MODE, EVENT_TYPES } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import type { Stat } from '#libs/zk/stat.js';
import { ZkError } from '#libs/zk/zk-error.js';

/** What both clients can do, in one shape; a failed operation rejects with its number. */
export interface AnyClient {
  create(path: string, data: Buffer, mode?: PlainMode, onlyCreator?: boolean): Promise<string>;
  delete(path: string, version?: number): Promise<void>;
  exists(path: string, told?: Told): Promise<Stat | undefined>;
  get(path: string, told?: Told): Promise<{ data: Buffer; stat: Stat }>;
  set(path: string, data: Buffer, version?: number): Promise<Stat>;
  children(path: string, told?: Told): Promise<string[]>;
  /** Codes of the parts. */
  multi(operations: readonly Part[]): Promise<number[]>;
  addDigest(login: string): Promise<void>;
  close(): Promise<void>;
}
export type PlainMode = 'persistent' | 'ephemeral' | 'persistentSequential' | 'ephemeralSequential';
/** Type and path of what a watch told. */
export type Told = (type: string, path: string) => void;
export type Part =
  | { type: 'create'; path: string; data: Buffer }
  | { type: 'delete'; path: string; version: number }
  | { type: 'set'; path: string; data: Buffer; version: number }
  | { type: 'check'; path: string; version: number };

/** The code of a failed operation, or the error itself. */
export async function codeOf(operation: Promise<unknown>): Promise<unknown> {
  try {
    await operation;
    return 0;
  } catch (error) {
    return error instanceof ZkError ? error.code : error;
  }
}

export async function openOurs(connectString: string, sessionTimeoutMs = 6_000): Promise<AnyClient> {
  const session = await Session.open({ connectString, sessionTimeoutMs, operationTimeoutMs: 10_000 });
  const client = new ZkClient(session);
  const watcher = (told: Told | undefined) =>
    told && (({ type, path }: { type: string; path: string }) => told(type, path));
  return {
    create: (path, data, mode = 'persistent', onlyCreator = false) =>
      client.create(path, data, { mode, ...(onlyCreator && { access: CREATOR_ACCESS }) }),
    delete: (path, version) => client.delete(path, version),
    exists: (path, told) => client.exists(path, watcher(told)),
    get: (path, told) => client.get(path, watcher(told)),
    set: (path, data, version) => client.set(path, data, version),
    children: (path, told) => client.children(path, watcher(told)),
    multi: async (operations) => (await client.multi(operations)).map(({ code }) => code),
    addDigest: (login) => client.addDigest(login),
    close: () => session.close(),
  };
}

const long = (bytes: Buffer): bigint => bytes.readBigInt64BE();
const statOf = (stat: LibraryStat): Stat => ({
  czxid: long(stat.czxid),
  mzxid: long(stat.mzxid),
  ctimeMs: Number(long(stat.ctime)),
  mtimeMs: Number(long(stat.mtime)),
  version: stat.version,
  childrenVersion: stat.cversion,
  accessVersion: stat.aversion,
  ephemeralOwner: long(stat.ephemeralOwner),
  dataBytes: stat.dataLength,
  children: stat.numChildren,
  pzxid: long(stat.pzxid),
});
/** The library counts its events as the protocol does, but from its own table. */
const EVENTS: Readonly<Record<number, string>> = EVENT_TYPES;

export async function openLibrary(connectString: string): Promise<AnyClient> {
  const client = library.createClient(connectString, { sessionTimeout: 6_000 });
  await new Promise<void>((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
  type Answer<T> = (error: LibraryError | null, result: T, stat: LibraryStat) => void;
  const ask = <T, R>(call: (callback: Answer<T>) => void, read: (result: T, stat: LibraryStat) => R): Promise<R> =>
    new Promise((resolve, reject) => {
      call((error, result, stat) =>
        error ? reject(new ZkError(error.getCode(), error.message)) : resolve(read(result, stat)),
      );
    });
  const watcher = (told: Told) => (event: { getType(): number; getPath(): string }) =>
    told(EVENTS[event.getType()] ?? `type ${event.getType()}`, event.getPath());
  return {
    create: (path, data, mode = 'persistent', onlyCreator = false) =>
      ask<string, string>(
        (callback) =>
          onlyCreator
            ? client.create(path, data, library.ACL.CREATOR_ALL_ACL, CREATE_MODE[mode], callback)
            : client.create(path, data, CREATE_MODE[mode], callback),
        (created) => created,
      ),
    delete: (path, version = -1) =>
      ask<void, void>(
        (callback) => client.remove(path, version, callback),
        () => {},
      ),
    exists: (path, told) =>
      ask<LibraryStat | null, Stat | undefined>(
        (callback) => (told ? client.exists(path, watcher(told), callback) : client.exists(path, callback)),
        (stat) => (stat ? statOf(stat) : undefined),
      ),
    get: (path, told) =>
      ask<Buffer | undefined, { data: Buffer; stat: Stat }>(
        (callback) => (told ? client.getData(path, watcher(told), callback) : client.getData(path, callback)),
        (data, stat) => ({ data: data ?? Buffer.alloc(0), stat: statOf(stat) }),
      ),
    set: (path, data, version = -1) =>
      ask<LibraryStat, Stat>((callback) => client.setData(path, data, version, callback), statOf),
    children: (path, told) =>
      ask<string[], string[]>(
        (callback) => (told ? client.getChildren(path, watcher(told), callback) : client.getChildren(path, callback)),
        (names) => names,
      ),
    multi: (operations) =>
      new Promise((resolve, reject) => {
        const transaction = client.transaction();
        for (const one of operations)
          if (one.type === 'create') transaction.create(one.path, one.data, CREATE_MODE.persistent);
          else if (one.type === 'delete') transaction.remove(one.path, one.version);
          else if (one.type === 'set') transaction.setData(one.path, one.data, one.version);
          else transaction.check(one.path, one.version);
        transaction.commit((error, results) => {
          if (error && !results) reject(new ZkError(error.getCode(), error.message));
          else resolve(results.map(({ err }) => err ?? 0));
        });
      }),
    addDigest: async (login) => client.addAuthInfo('digest', Buffer.from(login)),
    close: () =>
      new Promise((resolve) => {
        client.once('disconnected', resolve);
        client.close();
      }),
  };
}
