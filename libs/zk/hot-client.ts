import { fullPath } from './connect-string.js';
import { JuteWriter, OPEN_ACCESS, type AccessRule } from './jute-writer.js';
import { CREATE_MODE, OPCODE } from './protocol.js';
import type { Session } from './session.js';
import type { PendingWatch, Watcher } from './watch-book.js';

/** A path as a request carries it: made once by `path`, used as often as wanted. */
export interface PathBytes {
  readonly bytes: Uint8Array;
  /** On the server. */
  readonly text: string;
}

const ANY_VERSION = -1;

/**
 * Operations by slot: each writes its request into the send buffer and makes no object; the answer goes to the session's
 * handler. All answer false when there is no connection or no room, and then nothing has happened. `flush` sends what has
 * been begun in a turn.
 */
export class HotClient {
  private readonly accessBytes: Uint8Array;

  /** `access`: the rules of every znode that is created here. */
  constructor(
    private readonly session: Session,
    access: readonly AccessRule[] = OPEN_ACCESS,
  ) {
    this.accessBytes = new JuteWriter().access(access).body();
  }

  /** A path below the chroot, ready to be sent. Throws RangeError for what is no path. */
  path(path: string): PathBytes {
    const text = fullPath(this.session.chroot, path);
    return { bytes: new JuteWriter().string(text).body(), text };
  }

  get isConnected(): boolean {
    return this.session.connection !== undefined;
  }

  flush(): void {
    this.session.flush();
  }

  /** Answer: data as buffer, Stat. */
  get(slot: number, path: PathBytes, watcher?: Watcher): boolean {
    return this.read(slot, OPCODE.GET_DATA, path, watcher && { asked: 'data', path: path.text, watcher });
  }

  /** Answer: Stat. */
  exists(slot: number, path: PathBytes, watcher?: Watcher): boolean {
    return this.read(slot, OPCODE.EXISTS, path, watcher && { asked: 'exists', path: path.text, watcher });
  }

  /** Answer: vector of names. */
  children(slot: number, path: PathBytes, watcher?: Watcher): boolean {
    return this.read(slot, OPCODE.GET_CHILDREN, path, watcher && { asked: 'children', path: path.text, watcher });
  }

  /** Answer: vector of names, Stat. */
  children2(slot: number, path: PathBytes, watcher?: Watcher): boolean {
    return this.read(slot, OPCODE.GET_CHILDREN2, path, watcher && { asked: 'children', path: path.text, watcher });
  }

  /** Answer: Stat. */
  set(slot: number, path: PathBytes, data: Uint8Array, version = ANY_VERSION): boolean {
    const { bytes } = path;
    let at = this.session.begin(slot, OPCODE.SET_DATA, bytes.length + 8 + data.length);
    if (at < 0) return false;
    at = this.put(bytes, data, at);
    this.out.writeInt32BE(version, at);
    return true;
  }

  /** `flags` is a number of CREATE_MODE without a TTL. Answer: path; for a container its Stat too. */
  create(slot: number, path: PathBytes, data: Uint8Array, flags: number): boolean {
    const { accessBytes } = this;
    const opcode = flags === CREATE_MODE.container ? OPCODE.CREATE_CONTAINER : OPCODE.CREATE;
    let at = this.session.begin(slot, opcode, path.bytes.length + 8 + data.length + accessBytes.length);
    if (at < 0) return false;
    at = this.put(path.bytes, data, at);
    this.out.set(accessBytes, at);
    this.out.writeInt32BE(flags, at + accessBytes.length);
    return true;
  }

  /** Answer: nothing. */
  delete(slot: number, path: PathBytes, version = ANY_VERSION): boolean {
    const { bytes } = path;
    const at = this.session.begin(slot, OPCODE.DELETE, bytes.length + 4);
    if (at < 0) return false;
    this.out.set(bytes, at);
    this.out.writeInt32BE(version, at + bytes.length);
    return true;
  }

  /** Answer: path. */
  sync(slot: number, { bytes }: PathBytes): boolean {
    return this.send(slot, OPCODE.SYNC, bytes);
  }

  /** `body` as `multiBody` makes it. Answer: as `readMulti` reads it. */
  multi(slot: number, body: Uint8Array): boolean {
    return this.send(slot, OPCODE.MULTI, body);
  }

  private get out(): Buffer {
    // Asked for after `begin` only, which has made sure that there is a connection.
    return this.session.connection?.writes.out ?? NOWHERE;
  }

  private read(slot: number, opcode: number, { bytes }: PathBytes, watch: PendingWatch | undefined): boolean {
    const at = this.session.begin(slot, opcode, bytes.length + 1, watch);
    if (at < 0) return false;
    const { out } = this;
    out.set(bytes, at);
    out[at + bytes.length] = watch === undefined ? 0 : 1;
    return true;
  }

  private send(slot: number, opcode: number, body: Uint8Array): boolean {
    const at = this.session.begin(slot, opcode, body.length);
    if (at < 0) return false;
    this.out.set(body, at);
    return true;
  }

  /** Writes path and data; answers where they end. */
  private put(path: Uint8Array, data: Uint8Array, at: number): number {
    const { out } = this;
    out.set(path, at);
    out.writeInt32BE(data.length, at + path.length);
    out.set(data, at + path.length + 4);
    return at + path.length + 4 + data.length;
  }
}

const NOWHERE = Buffer.alloc(0);
