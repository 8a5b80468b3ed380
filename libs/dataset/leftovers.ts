import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { FILE_NAME, fileName } from './file-plan.js';
import { fingerprintOf, readRecords, RECORD_FOLDER } from './file-record.js';
import { MANIFEST } from './manifest.js';

const dataFiles = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => FILE_NAME.test(name));

/**
 * Whether the folder holds files of this dataset only, so that nothing of another one is overwritten or read with it.
 * Throws CodedError CONFLICT.
 */
export async function requireSameDataset(folder: string, shown: string, spec: GenerateSpec): Promise<void> {
  const fingerprint = fingerprintOf(spec);
  const records = new Map((await readRecords(folder)).map((record) => [record.name, record]));
  const wanted = new Set(Array.from({ length: spec.files }, (_, index) => fileName(index, spec)));
  const others = (await dataFiles(folder)).filter(
    (name) => !wanted.has(name) || records.get(name)?.fingerprint !== fingerprint,
  );
  if (others.length === 0) return;
  throw new CodedError(
    'CONFLICT',
    `${shown} holds ${others.length} files that this specification does not make, such as ${others[0]}: name another dataset, or replace what is there (existing: "replace", --overwrite)`,
  );
}

/** Empties the folder of data files, their records and the manifest; leaves everything else. */
export async function removeOthers(
  folder: string,
  events: { log(level: 'info', message: string): void },
): Promise<void> {
  const names = await dataFiles(folder);
  await rm(join(folder, MANIFEST), { force: true });
  for (const record of await readdir(join(folder, RECORD_FOLDER)).catch(() => []))
    await rm(join(folder, RECORD_FOLDER, record), { force: true });
  for (const name of names) await rm(join(folder, name), { force: true });
  if (names.length > 0) events.log('info', `${names.length} files that were there are removed`);
}
