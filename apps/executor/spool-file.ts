import { closeSync, ftruncateSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { IntervalSnapshot } from '#libs/contract/interval.js';

const LENGTH_BYTES = 4;

/**
 * A queue of intervals on disk: appended at the end, read from the front, emptied when all is read. Synchronous, since
 * load runs in other threads and an interval is some kilobytes a second. Nothing is on disk before the first append.
 */
export class SpoolFile {
  /** Intervals that are on disk and not read yet. */
  pending = 0;
  private handle: number | undefined;
  private readAt = 0;
  private writeAt = 0;

  constructor(readonly path: string) {}

  /** Bytes that are on disk and not read yet. */
  get bytes(): number {
    return this.writeAt - this.readAt;
  }

  /** Throws what the file system throws; a record that was cut short is as if it had never been written. */
  append(snapshot: IntervalSnapshot): void {
    const body = serialize(snapshot);
    const record = Buffer.allocUnsafe(LENGTH_BYTES + body.length);
    record.writeUInt32LE(body.length, 0);
    body.copy(record, LENGTH_BYTES);
    const handle = this.open();
    for (let done = 0; done < record.length;)
      done += writeSync(handle, record, done, record.length - done, this.writeAt + done);
    this.writeAt += record.length;
    this.pending++;
  }

  /** The oldest intervals, at most `count`. Throws what the file system throws. */
  take(count: number): IntervalSnapshot[] {
    const taken: IntervalSnapshot[] = [];
    while (taken.length < count && this.pending > 0) {
      const length = this.read(LENGTH_BYTES, this.readAt).readUInt32LE(0);
      const snapshot: IntervalSnapshot = deserialize(this.read(length, this.readAt + LENGTH_BYTES));
      taken.push(snapshot);
      this.readAt += LENGTH_BYTES + length;
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
    if (this.handle === undefined) return;
    closeSync(this.handle);
    this.handle = undefined;
    rmSync(this.path, { force: true });
  }

  private open(): number {
    if (this.handle !== undefined) return this.handle;
    mkdirSync(dirname(this.path), { recursive: true });
    this.handle = openSync(this.path, 'w+', 0o600);
    return this.handle;
  }

  private read(length: number, position: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    const got = this.handle === undefined ? 0 : readSync(this.handle, bytes, 0, length, position);
    if (got !== length) throw new RangeError(`expected ${length} bytes at ${position} of ${this.path}, found ${got}`);
    return bytes;
  }
}
