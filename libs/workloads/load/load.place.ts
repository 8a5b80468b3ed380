import type { Target } from '#libs/contract/target.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';

/** Where a lane loads from and to. */
export interface LoadPlace {
  target: Target;
  /** Its files, one after another. */
  files: readonly CsvFile[];
  /** Folder of the progress, absolute. */
  stateFolder: string;
  /** The dataset as the user knows it. */
  shown: string;
  /** How many files all lanes have together, and the place of each of these. */
  fileCount: number;
  places: readonly number[];
  /** Requests in flight, and rows per second, of this lane. */
  concurrency: number;
  rowsPerSecond?: number | undefined;
}
