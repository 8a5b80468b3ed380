import { createHash, randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';
import { writeDocument } from '#libs/dataset/file-record.js';
import { writeProblem } from '#libs/dataset/write-problem.js';

const FORMAT = 1;
const SUFFIX = '.progress.json';
const REJECTS = '.rejects.csv';
const REJECT_HEADER = 'line,reason,row\r\n';

/** How far a file is loaded: every row before `rows` is decided. On disk as JSON. */
export interface FileProgress {
  format: number;
  name: string;
  /** Of the file that was read: a changed one is read anew. */
  bytes: number;
  modifiedMs: number;
  rows: number;
  rejected: number;
  failed: number;
  /** Length of the reject file as far as it belongs to these rows. */
  rejectBytes: number;
  done: boolean;
  /** Who loads it, or did last: whoever begins later takes it over. */
  holder?: string;
}

const noProgress = ({ name, bytes, modifiedMs }: CsvFile): FileProgress => ({
  format: FORMAT,
  name,
  bytes,
  modifiedMs,
  rows: 0,
  rejected: 0,
  failed: 0,
  rejectBytes: 0,
  done: false,
});

/** Progress and rejected rows of the files of one dataset into one table; one writer for each file at a time. */
export class ProgressFolder {
  /** Makes temporary names, and the files that are being loaded, this writer's own. */
  private readonly owner = randomUUID();

  constructor(readonly folder: string) {}

  /** Throws CodedError OUTPUT_UNWRITABLE. */
  async make(): Promise<void> {
    await mkdir(this.folder, { recursive: true }).catch((error: unknown) => {
      throw writeProblem(this.folder, error);
    });
  }

  /** Where the rejected rows of a file are. */
  rejectPath(name: string): string {
    return this.path(name, REJECTS);
  }

  /** How far a file is; from the beginning when that is not known, or of another file of this name. */
  async read(file: CsvFile): Promise<FileProgress> {
    try {
      const found: FileProgress = JSON.parse(await readFile(this.path(file.name, SUFFIX), 'utf8'));
      const isSame = found.name === file.name && found.bytes === file.bytes && found.modifiedMs === file.modifiedMs;
      return isSame && found.format === FORMAT ? found : noProgress(file);
    } catch {
      return noProgress(file);
    }
  }

  /**
   * Begins a file, or goes on with it: from here on whoever loaded it before finds out by `hold`, as an executor that was
   * frozen and wakes. Throws CodedError OUTPUT_UNWRITABLE.
   */
  async take(progress: FileProgress): Promise<FileProgress> {
    const taken = { ...progress, holder: this.owner };
    await this.store(taken);
    await this.rewind(taken);
    return taken;
  }

  /** Throws CodedError CONFLICT when somebody else has taken the file since, OUTPUT_UNWRITABLE when its progress is gone. */
  async hold(name: string): Promise<void> {
    const path = this.path(name, SUFFIX);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw writeProblem(path, error);
    });
    const { holder }: FileProgress = JSON.parse(text);
    if (holder === this.owner) return;
    throw new CodedError(
      'CONFLICT',
      `${name} is being loaded into the same table by another process, which goes on with it`,
    );
  }

  /** Drops rejected rows beyond `progress`: they are read again. Throws CodedError OUTPUT_UNWRITABLE. */
  private async rewind({ name, rejectBytes }: FileProgress): Promise<void> {
    const path = this.rejectPath(name);
    try {
      if (rejectBytes === 0) await rm(path, { force: true });
      else await truncate(path, rejectBytes);
    } catch (error) {
      throw writeProblem(path, error);
    }
  }

  /** Appends lines to a held file's rejected rows; answers the length of the file. Throws CodedError OUTPUT_UNWRITABLE. */
  async reject(name: string, lines: string): Promise<number> {
    const path = this.rejectPath(name);
    try {
      const before = await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
      const bytes = Buffer.from(before === 0 ? REJECT_HEADER + lines : lines, 'latin1');
      await appendFile(path, bytes);
      return before + bytes.length;
    } catch (error) {
      throw writeProblem(path, error);
    }
  }

  /** Whole or not at all. Throws CodedError OUTPUT_UNWRITABLE. */
  store(progress: FileProgress): Promise<void> {
    return writeDocument(this.path(progress.name, SUFFIX), progress, this.owner);
  }

  /** Forgets how far every file is; rejected rows stay. */
  async forget(): Promise<void> {
    const names = await readdir(this.folder).catch(() => []);
    for (const name of names)
      if (name.endsWith(SUFFIX) || name.endsWith('.partial')) await rm(join(this.folder, name), { force: true });
  }

  private path(name: string, suffix: string): string {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
    return join(this.folder, `${basename(name).slice(0, 120)}-${hash}${suffix}`);
  }
}
