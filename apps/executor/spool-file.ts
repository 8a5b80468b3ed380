import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { FileLock } from '#libs/store/file-lock.js';
import type { SpoolOwner } from './spool.schema.js';
import { readRecord, recordOf } from './spool-record.js';

/** How the names of spool files end, and of the locks beside them. */
export const SPOOL_SUFFIX = '.intervals';
export const LOCK_SUFFIX = '.lock';

/**
 * A queue of intervals on disk: appended at the end, read from the front, emptied when all is read. Synchronous, since
 * load runs in other threads and an interval is some kilobytes a second. Nothing is on disk before the first append; from
 * then on it is locked, and says whose it is, so that what a killed process leaves can be told from what is in use.
 */
export class SpoolFile {
  /** Intervals that are on disk and not read yet. */
  pending = 0;
  private handle: number | undefined;
  private lock: FileLock | undefined;
  private readAt = 0;
  private writeAt = 0;

  constructor(
    readonly path: string,
    private readonly owner: SpoolOwner,
  ) {}

  /** Bytes that are on disk and not read yet. */
  get bytes(): number {
    return this.writeAt - this.readAt;
  }

  /** Throws what the file system throws; a record that was cut short is as if it had never been written. */
  append(snapshot: IntervalSnapshot): void {
    const handle = this.open();
    if (this.writeAt === 0) {
      this.write(handle, recordOf(Buffer.from(JSON.stringify(this.owner))));
      this.readAt = this.writeAt;
    }
    this.write(handle, recordOf(serialize(snapshot)));
    this.pending++;
  }

  /** The oldest intervals, at most `count`. Throws what the file system throws. */
  take(count: number): IntervalSnapshot[] {
    const taken: IntervalSnapshot[] = [];
    while (taken.length < count && this.pending > 0) {
      const record = this.handle === undefined ? undefined : readRecord(this.handle, this.readAt);
      if (record === undefined) throw new RangeError(`expected a record at ${this.readAt} of ${this.path}, found none`);
      const snapshot: IntervalSnapshot = deserialize(record.body);
      taken.push(snapshot);
      this.readAt = record.next;
      this.pending--;
    }
    if (this.pending === 0) this.clear();
    return taken;
  }

  /** Forgets what is on disk; answers how many intervals that were. */
  clear(): number {
    const forgotten = this.pending;
    this.pending = 0;
    this.readAt = 0;
    this.writeAt = 0;
    if (this.handle !== undefined) ftruncateSync(this.handle, 0);
    return forgotten;
  }

  remove(): void {
    if (this.handle !== undefined) {
      closeSync(this.handle);
      rmSync(this.path, { force: true });
    }
    this.handle = undefined;
    this.lock?.release();
    this.lock = undefined;
  }

  private open(): number {
    if (this.handle !== undefined) return this.handle;
    mkdirSync(dirname(this.path), { recursive: true });
    // First the lock: nobody must find the file without one.
    this.lock ??= FileLock.take(this.path + LOCK_SUFFIX);
    if (this.lock === undefined) throw new Error('another process has locked it');
    this.handle = openSync(this.path, 'w+', 0o600);
    return this.handle;
  }

  private write(handle: number, record: Buffer): void {
    for (let done = 0; done < record.length;)
      done += writeSync(handle, record, done, record.length - done, this.writeAt + done);
    this.writeAt += record.length;
  }
}
