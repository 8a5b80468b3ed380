import { join } from 'node:path';
import { type CsvFile, findCsvFiles } from './csv-files.js';
import type { DatasetPlace } from './dataset-folder.js';
import { RECORD_FOLDER } from './file-record.js';

/** Files that a run reads. */
export interface DataSource {
  /** As the user knows it, for messages. */
  shown: string;
  /** Where a load keeps how far it is, absolute. */
  stateFolder: string;
  /** The files that a pattern matches, by name. Throws CodedError INPUT_UNREADABLE when there is none. */
  find(this: void, pattern: string): Promise<CsvFile[]>;
}

/** The source that a run's specification names: a folder below the data root, or a registered dataset. Throws CodedError. */
export type SourceOf = (dataset: string, runId: string) => Promise<DataSource>;

/** All files of a folder. */
export const folderSource = (
  { folder, shown }: DatasetPlace,
  stateFolder = join(folder, RECORD_FOLDER),
): DataSource => ({ shown, stateFolder, find: (pattern) => findCsvFiles(folder, shown, pattern) });
