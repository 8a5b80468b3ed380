import { statfs } from 'node:fs/promises';
import { CodedError } from '#libs/contract/coded-error.js';

/** Bytes that this process may still write to the file system of `folder`. */
export type FreeBytes = (folder: string) => Promise<number>;

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `14.8 GB`; a KB is 1,024 bytes, as everywhere in datasets. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Before anything is written. Throws CodedError OUTPUT_UNWRITABLE when `neededBytes` would leave less than the reserve. */
export async function requireSpace(
  folder: string,
  neededBytes: number,
  reserveBytes: number,
  free: FreeBytes = freeBytes,
): Promise<void> {
  const available = await free(folder);
  if (available - neededBytes < reserveBytes)
    throw new CodedError(
      'OUTPUT_UNWRITABLE',
      `the dataset needs about ${sizeText(neededBytes)} and ${folder} has ${sizeText(available)} free, of which ${sizeText(reserveBytes)} must stay free (minFreeBytes): free some space, generate fewer rows, or name another disk`,
    );
}

/** While writing: looks at the disk again and again, so that it is never filled up. */
export class SpaceWatch {
  private unseenBytes = Infinity;

  constructor(
    private readonly folder: string,
    private readonly reserveBytes: number,
    private readonly everyBytes: number,
    private readonly free: FreeBytes = freeBytes,
  ) {}

  /** To be called before `bytes` are written. Throws CodedError OUTPUT_UNWRITABLE. */
  async before(bytes: number): Promise<void> {
    this.unseenBytes += bytes;
    if (this.unseenBytes < this.everyBytes) return;
    this.unseenBytes = 0;
    const available = await this.free(this.folder);
    if (available >= this.reserveBytes) return;
    throw new CodedError(
      'OUTPUT_UNWRITABLE',
      `only ${sizeText(available)} are left on the disk of ${this.folder}, and ${sizeText(this.reserveBytes)} must stay free (minFreeBytes): free some space; finished files are kept and the same run resumes`,
    );
  }
}
