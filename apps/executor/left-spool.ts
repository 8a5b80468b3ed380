import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { FileLock } from '#libs/store/file-lock.js';
import { LOCK_SUFFIX } from './spool-file.js';
import { SpoolOwner } from './spool.schema.js';
import { readRecord } from './spool-record.js';

/** A spool file whose writer is gone. Locked while it is open. */
export class LeftSpool {
  private constructor(
    private readonly path: string,
    private readonly lock: FileLock,
    private readonly handle: number,
    /** Undefined where the file does not say. */
    readonly owner: SpoolOwner | undefined,
    private readonly firstAt: number,
  ) {}

  /** Nothing that was written whole. */
  get isEmpty(): boolean {
    return this.firstAt === 0;
  }

  /** Undefined while its writer lives, or another reads it, and when it is gone. Throws what the file system throws. */
  static open(path: string): LeftSpool | undefined {
    const lock = FileLock.take(path + LOCK_SUFFIX);
    if (lock === undefined) return undefined;
    try {
      if (existsSync(path)) {
        const handle = openSync(path, 'r');
        const head = readRecord(handle, 0);
        return new LeftSpool(path, lock, handle, ownerOf(head?.body), head?.next ?? 0);
      }
    } catch (error) {
      lock.release();
      throw error;
    }
    lock.release();
    return undefined;
  }

  /** What is there whole, in order; a write that was cut off ends it. */
  *batches(count: number): Generator<IntervalSnapshot[], void, undefined> {
    let batch: IntervalSnapshot[] = [];
    for (let record = readRecord(this.handle, this.firstAt); record; record = readRecord(this.handle, record.next)) {
      const snapshot = snapshotOf(record.body);
      if (snapshot === undefined) break;
      batch.push(snapshot);
      if (batch.length < count) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  close(): void {
    closeSync(this.handle);
    this.lock.release();
  }
}

function ownerOf(body: Buffer | undefined): SpoolOwner | undefined {
  try {
    return SpoolOwner.safeParse(JSON.parse(body?.toString() ?? '')).data;
  } catch {
    return undefined;
  }
}

function snapshotOf(body: Buffer): IntervalSnapshot | undefined {
  try {
    const snapshot: IntervalSnapshot = deserialize(body);
    return snapshot;
  } catch {
    return undefined;
  }
}
