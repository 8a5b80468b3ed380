/** As much of the library as the reference of the conformance suite and the bench use. */
declare module 'node-zookeeper-client' {
  export interface LibraryError extends Error {
    getCode(): number;
  }
  /** Longs are buffers of 8 bytes. */
  export interface LibraryStat {
    version: number;
    cversion: number;
    aversion: number;
    dataLength: number;
    numChildren: number;
    czxid: Buffer;
    mzxid: Buffer;
    ctime: Buffer;
    mtime: Buffer;
    ephemeralOwner: Buffer;
    pzxid: Buffer;
  }
  export interface LibraryEvent {
    getType(): number;
    getPath(): string;
  }
  export type Watcher = (event: LibraryEvent) => void;
  export type Callback<T = void> = (error: LibraryError | null, result: T, stat: LibraryStat) => void;
  export interface LibraryTransaction {
    create(path: string, data: Buffer | undefined, mode: number): LibraryTransaction;
    setData(path: string, data: Buffer, version: number): LibraryTransaction;
    check(path: string, version: number): LibraryTransaction;
    remove(path: string, version: number): LibraryTransaction;
    commit(
      callback: (error: LibraryError | null, results: { type: number; err?: number; path?: string }[]) => void,
    ): void;
  }
  export interface LibraryClient {
    connect(): void;
    close(): void;
    once(event: 'connected' | 'disconnected', listener: () => void): void;
    create(path: string, data: Buffer, acls: unknown, mode: number, callback: Callback<string>): void;
    create(path: string, data: Buffer, mode: number, callback: Callback<string>): void;
    remove(path: string, version: number, callback: Callback): void;
    exists(path: string, callback: Callback<LibraryStat | null>): void;
    exists(path: string, watcher: Watcher, callback: Callback<LibraryStat | null>): void;
    getData(path: string, callback: Callback<Buffer | undefined>): void;
    getData(path: string, watcher: Watcher, callback: Callback<Buffer | undefined>): void;
    setData(path: string, data: Buffer, version: number, callback: Callback<LibraryStat>): void;
    getChildren(path: string, callback: Callback<string[]>): void;
    getChildren(path: string, watcher: Watcher, callback: Callback<string[]>): void;
    transaction(): LibraryTransaction;
    addAuthInfo(scheme: string, auth: Buffer): void;
  }
  const library: {
    createClient(connectString: string, options?: { sessionTimeout?: number; retries?: number }): LibraryClient;
    ACL: { CREATOR_ALL_ACL: unknown };
  };
  export default library;
}
