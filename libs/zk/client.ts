import { fullPath } from './connect-string.js';
import type { JuteReader } from './jute-reader.js';
import { type AccessRule, JuteWriter, OPEN_ACCESS } from './jute-writer.js';
import { type MultiOperation, type MultiResult, multiBody, readMulti } from './multi.js';
import { CODE, CREATE_MODE, type CreateMode, OPCODE } from './protocol.js';
import type { Session } from './session.js';
import { readStat, type Stat } from './stat.js';
import type { PendingWatch, Watcher } from './watch-book.js';
import { ZkError } from './zk-error.js';

export interface CreateOptions {
  mode?: CreateMode;
  access?: readonly AccessRule[];
  /** With a mode that ends with Ttl only, which want it. */
  ttlMs?: number;
}

const EMPTY = new Uint8Array();
const ANY_VERSION = -1;

/**
 * Operations as promises, for everything but load: setting up, looking after, cleaning up. Paths are below the chroot. All
 * reject with ZkError, whose code is the server's, CONNECTION_LOSS or OPERATION_TIMEOUT. Calls are sent in their order.
 */
export class ZkClient {
  constructor(private readonly session: Session) {}

  /** Answers the path, to which a sequential mode adds ten digits. */
  async create(path: string, data: Uint8Array = EMPTY, options: CreateOptions = {}): Promise<string> {
    return (await this.createStat(path, data, options)).path;
  }

  /** As `create`, with the Stat of what was created. */
  createStat(
    path: string,
    data: Uint8Array = EMPTY,
    { mode = 'persistent', access = OPEN_ACCESS, ttlMs }: CreateOptions = {},
  ): Promise<{ path: string; stat: Stat }> {
    const wantsTtl = mode.endsWith('Ttl');
    if (wantsTtl !== (ttlMs !== undefined))
      throw new RangeError(`create ${path}: mode ${mode} ${wantsTtl ? 'wants' : 'takes no'} ttlMs`);
    const body = new JuteWriter().string(this.full(path)).bytes(data).access(access).int(CREATE_MODE[mode]);
    if (ttlMs !== undefined) body.long(BigInt(ttlMs));
    const opcode = wantsTtl ? OPCODE.CREATE_TTL : mode === 'container' ? OPCODE.CREATE_CONTAINER : OPCODE.CREATE2;
    const read = (reader: JuteReader) => ({ path: this.session.shown(reader.string()), stat: readStat(reader) });
    return this.session.request(opcode, body.body(), read, { about: `create ${path}` });
  }

  delete(path: string, version = ANY_VERSION): Promise<void> {
    const body = new JuteWriter().string(this.full(path)).int(version).body();
    return this.session.request(OPCODE.DELETE, body, () => {}, { about: `delete ${path}` });
  }

  /** Undefined where there is nothing; the watcher is then told when there is. */
  async exists(path: string, watcher?: Watcher): Promise<Stat | undefined> {
    try {
      return await this.read(OPCODE.EXISTS, 'exists', path, watcher, readStat);
    } catch (error) {
      if (error instanceof ZkError && error.code === CODE.NO_NODE) return undefined;
      throw error;
    }
  }

  get(path: string, watcher?: Watcher): Promise<{ data: Buffer; stat: Stat }> {
    const read = (reader: JuteReader) => ({ data: reader.bytes(), stat: readStat(reader) });
    return this.read(OPCODE.GET_DATA, 'data', path, watcher, read);
  }

  set(path: string, data: Uint8Array, version = ANY_VERSION): Promise<Stat> {
    const body = new JuteWriter().string(this.full(path)).bytes(data).int(version).body();
    return this.session.request(OPCODE.SET_DATA, body, readStat, { about: `set ${path}` });
  }

  children(path: string, watcher?: Watcher): Promise<string[]> {
    return this.read(OPCODE.GET_CHILDREN, 'children', path, watcher, (reader) => reader.strings());
  }

  /** Names and the parent's Stat. */
  children2(path: string, watcher?: Watcher): Promise<{ names: string[]; stat: Stat }> {
    const read = (reader: JuteReader) => ({ names: reader.strings(), stat: readStat(reader) });
    return this.read(OPCODE.GET_CHILDREN2, 'children', path, watcher, read);
  }

  /** All or nothing; answers what became of each part, also when it was not carried out. */
  multi(operations: readonly MultiOperation[]): Promise<MultiResult[]> {
    const read = (reader: JuteReader) => readMulti(reader, this.session.shown);
    const body = multiBody(operations, (path) => this.full(path));
    return this.session.request(OPCODE.MULTI, body, read, { about: `multi of ${operations.length}` });
  }

  /** Resolves when the connected server has caught up with the leader. */
  sync(path: string): Promise<void> {
    const body = new JuteWriter().string(this.full(path)).body();
    return this.session.request(OPCODE.SYNC, body, () => {}, { about: `sync ${path}` });
  }

  /** Adds `username:password` for digest rules to this connection and all later ones. */
  addDigest(usernameAndPassword: string): Promise<void> {
    return this.session.addCredentials({ scheme: 'digest', auth: usernameAndPassword });
  }

  private full(path: string): string {
    return fullPath(this.session.chroot, path);
  }

  private read<T>(
    opcode: number,
    asked: PendingWatch['asked'],
    path: string,
    watcher: Watcher | undefined,
    read: (reader: JuteReader) => T,
  ): Promise<T> {
    const full = this.full(path);
    const body = new JuteWriter()
      .string(full)
      .bool(watcher !== undefined)
      .body();
    const watch = watcher && { asked, path: full, watcher };
    return this.session.request(opcode, body, read, { about: `${asked} ${path}`, watch });
  }
}
