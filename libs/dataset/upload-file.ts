import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import { freeBytes, sizeText } from './free-space.js';
import { storedBytes } from './data-file.js';
import { writeProblem } from './write-problem.js';

/** What stays free on the disk of the data root. */
const RESERVE_BYTES = 268_435_456;

export interface PartOnDisk {
  number: number;
  bytes: number;
  sha256: string;
}

/** Where a part lies in its file, from number 1 on. */
export const partRange = (
  { bytes, partBytes }: { bytes: number; partBytes: number },
  number: number,
): { from: number; to: number } => ({
  from: (number - 1) * partBytes,
  to: Math.min(bytes, number * partBytes),
});

/** A file that comes in parts, in any order, under a temporary name until it is whole. */
export class UploadFile {
  constructor(
    /** Temporary, in the same file system as the final one. */
    private readonly path: string,
    private readonly size: { bytes: number; partBytes: number },
  ) {}

  /** Throws CodedError OUTPUT_UNWRITABLE, also when the disk has no room for it. */
  async make(): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      const free = await freeBytes(dirname(this.path));
      if (free - this.size.bytes < RESERVE_BYTES)
        throw new CodedError(
          'OUTPUT_UNWRITABLE',
          `the upload needs ${sizeText(this.size.bytes)} and the data root has ${sizeText(free)} free, of which ${sizeText(RESERVE_BYTES)} must stay free: free some space`,
        );
      await (await open(this.path, 'wx')).close();
    } catch (error) {
      throw error instanceof CodedError ? error : writeProblem(this.path, error);
    }
  }

  /**
   * Writes one part, which is on the disk when this resolves. Throws CodedError: BODY_TOO_LARGE or VALIDATION_FAILED when
   * it is not as long as it has to be, VALIDATION_FAILED when it has another checksum, OUTPUT_UNWRITABLE.
   */
  async write(number: number, sha256: string, body: AsyncIterable<Buffer>): Promise<PartOnDisk> {
    const { from, to } = partRange(this.size, number);
    const hash = createHash('sha256');
    let at = from;
    const file = await open(this.path, 'r+').catch((error: unknown) => {
      throw writeProblem(this.path, error);
    });
    try {
      for await (const piece of body) {
        if (at + piece.length > to) throw longer(number, to - from);
        hash.update(piece);
        await file.write(piece, 0, piece.length, at);
        at += piece.length;
      }
      if (at < to) throw refusal(number, `expected ${to - from} bytes, found ${at - from}`);
      const found = hash.digest('hex');
      if (found !== sha256)
        throw refusal(number, `expected bytes with the SHA-256 ${sha256}, found such with ${found}: send it again`);
      await file.datasync();
      return { number, bytes: to - from, sha256 };
    } catch (error) {
      throw error instanceof CodedError ? error : writeProblem(this.path, error);
    } finally {
      await file.close();
    }
  }

  /** The checksums of the parts and of the whole, as the disk has them. Throws CodedError OUTPUT_UNWRITABLE. */
  async checksums(parts: number): Promise<{ parts: string[]; whole: string }> {
    const whole = createHash('sha256');
    const sums: string[] = [];
    try {
      for (let number = 1; number <= parts; number++) {
        const part = createHash('sha256');
        for await (const piece of storedBytes({ path: this.path }, partRange(this.size, number))) {
          part.update(piece);
          whole.update(piece);
        }
        sums.push(part.digest('hex'));
      }
      return { parts: sums, whole: whole.digest('hex') };
    } catch (error) {
      throw writeProblem(this.path, error);
    }
  }

  /** True while it has its temporary name. */
  isUnderWay(): Promise<boolean> {
    return stat(this.path).then(
      () => true,
      () => false,
    );
  }

  /** Gives the file its name. Throws CodedError OUTPUT_UNWRITABLE. */
  async publish(path: string): Promise<void> {
    await rename(this.path, path).catch((error: unknown) => {
      throw writeProblem(path, error);
    });
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

const refusal = (number: number, message: string): CodedError =>
  new CodedError('VALIDATION_FAILED', `part ${number} cannot be taken: ${message}`, [{ path: 'body', message }]);

const longer = (number: number, bytes: number): CodedError =>
  new CodedError('BODY_TOO_LARGE', `part ${number} cannot be taken: expected ${bytes} bytes, found more`);
