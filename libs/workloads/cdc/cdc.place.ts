import type { CdcTarget } from '#libs/contract/cdc-target.js';

/** Where a lane writes, and where it tells of the changes of sampled keys. */
export interface CdcPlace {
  cluster: CdcTarget;
  ring: SharedArrayBuffer;
  runId: string;
}
