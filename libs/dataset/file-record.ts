import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import type { SizeCounts } from './size-draw.js';
import { writeProblem } from './write-problem.js';

/** Beside the files, one record for each finished one. */
export const RECORD_FOLDER = '.tidemark';
const SUFFIX = '.json';
/** Raised whenever the same specification gives other bytes than before. */
const FORMAT = 1;

/** What is known of a finished file; on disk as JSON. */
export interface FileRecord {
  /** Of everything that decides the bytes of the file. */
  fingerprint: string;
  name: string;
  index: number;
  firstRow: number;
  rows: number;
  /** CSV, before compression. */
  dataBytes: number;
  storedBytes: number;
  sha256: string;
  sizes: SizeCounts;
}

/** Two specifications with the same fingerprint give the same file for the same index. */
export function fingerprintOf(spec: GenerateSpec): string {
  const { rowsPerFile, threads, sizes, key, payload, header, compression, seed } = spec;
  const content = { FORMAT, rowsPerFile, threads, sizes, key, payload, header, compression, seed };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

const recordPath = (folder: string, name: string): string => join(folder, RECORD_FOLDER, `${name}${SUFFIX}`);

/** Writes a JSON document whole or not at all. Throws CodedError OUTPUT_UNWRITABLE. */
export async function writeDocument(path: string, document: unknown, owner: string): Promise<void> {
  const temporary = `${path}.${owner}.partial`;
  try {
    await writeFile(temporary, `${JSON.stringify(document)}\n`);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeProblem(path, error);
  }
}

/** To be written when the file is whole and before it gets its name, so that no file is ever without one. */
export const writeRecord = (folder: string, record: FileRecord, owner: string): Promise<void> =>
  writeDocument(recordPath(folder, record.name), record, owner);

export const makeRecordFolder = async (folder: string): Promise<void> => {
  await mkdir(join(folder, RECORD_FOLDER), { recursive: true }).catch((error: unknown) => {
    throw writeProblem(folder, error);
  });
};

async function readRecord(folder: string, name: string): Promise<FileRecord | undefined> {
  try {
    const record: FileRecord = JSON.parse(await readFile(recordPath(folder, name), 'utf8'));
    const { size } = await stat(join(folder, name));
    // A file that was cut or appended to is not the one of the record.
    return record.name === name && record.storedBytes === size && Array.isArray(record.sizes?.counts)
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}

/** Every finished file of the folder, by its place in the dataset. */
export async function readRecords(folder: string): Promise<FileRecord[]> {
  const names = await readdir(join(folder, RECORD_FOLDER)).catch(() => []);
  const records: FileRecord[] = [];
  for (const file of names) {
    if (!file.endsWith(SUFFIX)) continue;
    const record = await readRecord(folder, file.slice(0, -SUFFIX.length));
    if (record) records.push(record);
  }
  return records.toSorted((left, right) => left.index - right.index);
}
