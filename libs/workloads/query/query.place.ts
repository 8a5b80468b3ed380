import type { Target } from '#libs/contract/target.js';
import type { CsvFile } from '#libs/dataset/csv-files.js';

export interface QueryFile extends CsvFile {
  /** Among all files of the run. */
  index: number;
}

/** Where a lane asks, and what it reads. */
export interface QueryPlace {
  cluster: Target;
  files: readonly QueryFile[];
  /** Lanes of the whole run that have files; they share its rate. */
  busyLanes: number;
}
