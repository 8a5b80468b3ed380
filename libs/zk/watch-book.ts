import { CODE, type EventType } from './protocol.js';

/** What a watch tells once; `path` is that of the watch, below the chroot. */
export interface WatchEvent {
  type: EventType;
  path: string;
}
/** Told once, from inside the socket's read callback; must not throw. */
export type Watcher = (event: WatchEvent) => void;

/** What is watched: data of a znode that is there, the coming of one that is not, or its children. */
export type WatchKind = 'data' | 'absence' | 'children';

/** A watch that a request asks for; it counts once the answer is there. `path` is the server's. */
export interface PendingWatch {
  asked: 'data' | 'exists' | 'children';
  path: string;
  watcher: Watcher;
}

/** Which kinds an event ends (ZKWatchManager.materialize of the Java client). */
const ENDED_BY: Readonly<Record<EventType, readonly WatchKind[]>> = {
  session: [],
  created: ['data', 'absence'],
  dataChanged: ['data', 'absence'],
  deleted: ['data', 'absence', 'children'],
  childrenChanged: ['children'],
};

/** Requests to arm watches anew stay well below the server's limit of 1 MiB. */
const BATCH_BYTES = 128 * 1024;

/** Paths to arm anew, one list for each kind. */
export type WatchBatch = Readonly<Record<WatchKind, string[]>>;

/** The watches of one session, by path of the server. They outlive a connection, not the session. */
export class WatchBook {
  private readonly byKind: Readonly<Record<WatchKind, Map<string, Set<Watcher>>>> = {
    data: new Map(),
    absence: new Map(),
    children: new Map(),
  };

  /** Paths that are watched. */
  get size(): number {
    return this.byKind.data.size + this.byKind.absence.size + this.byKind.children.size;
  }

  /** The answer of the request that asked for a watch is there. */
  answered({ asked, path, watcher }: PendingWatch, code: number): void {
    const kind = kindOf(asked, code);
    if (kind === undefined) return;
    const watchers = this.byKind[kind].get(path);
    if (watchers) watchers.add(watcher);
    else this.byKind[kind].set(path, new Set([watcher]));
  }

  /** Ends the watches that an event concerns, and tells each watcher once. */
  tell(type: EventType, path: string, shownPath: string): void {
    const told = new Set<Watcher>();
    for (const kind of ENDED_BY[type]) {
      for (const watcher of this.byKind[kind].get(path) ?? []) told.add(watcher);
      this.byKind[kind].delete(path);
    }
    for (const watcher of told) watcher({ type, path: shownPath });
  }

  /** The session is gone: every watcher is told, and forgotten. */
  expire(show: (path: string) => string): void {
    const gone = Object.values(this.byKind).flatMap((paths) => [...paths]);
    for (const paths of Object.values(this.byKind)) paths.clear();
    for (const [path, watchers] of gone) for (const watcher of watchers) watcher({ type: 'session', path: show(path) });
  }

  /** Everything that has to be armed anew on another connection, in requests of bounded size. */
  batches(): WatchBatch[] {
    const batches: WatchBatch[] = [];
    let bytes = BATCH_BYTES;
    for (const kind of ['data', 'absence', 'children'] as const)
      for (const path of this.byKind[kind].keys()) {
        if (bytes >= BATCH_BYTES) {
          batches.push({ data: [], absence: [], children: [] });
          bytes = 0;
        }
        batches.at(-1)?.[kind].push(path);
        bytes += 4 + Buffer.byteLength(path);
      }
    return batches;
  }
}

function kindOf(asked: PendingWatch['asked'], code: number): WatchKind | undefined {
  if (code === CODE.OK) return asked === 'children' ? 'children' : 'data';
  return asked === 'exists' && code === CODE.NO_NODE ? 'absence' : undefined;
}
