import type { Target } from '#libs/contract/target.js';

/** Where a lane works. */
export interface ZookeeperPlace {
  ensemble: Target;
  /** The one znode of the run, below the chroot; made already. */
  root: string;
}
