import type { Target } from '#libs/contract/target.js';

export interface QueryFile {
  /** Absolute, symbolic links resolved. */
  path: string;
  /** Below the dataset. */
  name: string;
  /** Among all files of the run. */
  index: number;
  /** Lines of it that a load could not write, if there are any: a reject file. They are not asked for. */
  rejectFile?: string | undefined;
}

/** Where a lane asks, and what it reads. */
export interface QueryPlace {
  cluster: Target;
  files: readonly QueryFile[];
  /** Lanes of the whole run that have files; they share its rate. */
  busyLanes: number;
}
