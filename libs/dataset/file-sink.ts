import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { Transform } from 'node:stream';
import type { Compression } from '#libs/workloads/generate/generate.schema.js';
import { loadCompressors, openCompressor } from './compressor.js';
import { writeProblem } from './write-problem.js';

/** What is not a finished file yet is called so. */
export const PARTIAL_SUFFIX = '.partial';

export interface Written {
  sha256: string;
  /** On disk. */
  storedBytes: number;
}

/**
 * A file that appears under its name only when it is whole: bytes go to a temporary name beside it, through a compressor
 * where one is asked for, and are hashed on the way.
 */
export class FileSink {
  /** On disk so far. */
  storedBytes = 0;
  private readonly hash = createHash('sha256');
  private readonly partial: string;
  private failure: unknown;
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly compressor: Transform | undefined,
    partial: string,
  ) {
    this.partial = partial;
    compressor?.on('data', (chunk: Buffer) => this.enqueue(chunk));
    compressor?.on('error', (error) => (this.failure ??= error));
  }

  /** `owner` makes the temporary name this writer's own. Throws CodedError OUTPUT_UNWRITABLE. */
  static async open(path: string, owner: string, compression: Compression): Promise<FileSink> {
    await loadCompressors(compression);
    const compressor = openCompressor(compression);
    const partial = `${path}.${owner}${PARTIAL_SUFFIX}`;
    try {
      return new FileSink(path, await open(partial, 'w', 0o644), compressor, partial);
    } catch (error) {
      compressor?.destroy();
      throw writeProblem(partial, error);
    }
  }

  /** Resolves when `bytes` may be used again. Throws CodedError OUTPUT_UNWRITABLE. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.compressor === undefined) this.enqueue(bytes);
    else await this.compress(this.compressor, bytes);
    await this.settled();
  }

  /** Ends the temporary file. `durable`: only when the disk has all of it. Throws CodedError OUTPUT_UNWRITABLE. */
  async finish(durable: boolean): Promise<Written> {
    const { compressor, handle, partial } = this;
    if (compressor) {
      const ended = once(compressor, 'end');
      compressor.end();
      await ended;
    }
    await this.settled();
    try {
      if (durable) await handle.datasync();
      await handle.close();
    } catch (error) {
      throw writeProblem(partial, error);
    }
    return { sha256: this.hash.digest('hex'), storedBytes: this.storedBytes };
  }

  /** Gives the finished file its name. Throws CodedError OUTPUT_UNWRITABLE. */
  async publish(): Promise<void> {
    try {
      await rename(this.partial, this.path);
    } catch (error) {
      throw writeProblem(this.path, error);
    }
  }

  /** Leaves nothing behind; harmless after `publish`. */
  async discard(): Promise<void> {
    await this.tail;
    this.compressor?.destroy();
    await this.handle.close().catch(() => undefined);
    await rm(this.partial, { force: true }).catch(() => undefined);
  }

  private compress(compressor: Transform, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      compressor.write(bytes, (error) => {
        this.failure ??= error ?? undefined;
        resolve();
      });
    });
  }

  /** Begins to write at once; hashing goes on meanwhile. Every chunk knows its place, so their order does not matter. */
  private enqueue(bytes: Uint8Array): void {
    const position = this.storedBytes;
    this.storedBytes += bytes.length;
    const writing = this.writeWhole(bytes, position).catch((error: unknown) => {
      this.failure ??= error;
    });
    this.hash.update(bytes);
    const before = this.tail;
    this.tail = before.then(() => writing);
  }

  private async writeWhole(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  private async settled(): Promise<void> {
    await this.tail;
    if (this.failure !== undefined) throw writeProblem(this.path, this.failure);
  }
}
