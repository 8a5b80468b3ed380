import type { DatasetPlace } from '#libs/dataset/dataset-folder.js';

/** Where a lane writes, and what it need not write any more. */
export interface GeneratePlace extends DatasetPlace {
  /** Makes temporary names this lane's own. */
  owner: string;
  /** Indexes of the files that are there already. */
  finished: readonly number[];
}
