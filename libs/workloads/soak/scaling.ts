import { CodedError } from '#libs/contract/coded-error.js';
import type { Target } from '#libs/contract/target.js';
import type { DriverEvents, OpenShard, Shard } from '#libs/workloads/driver.js';
import type { SoakSpec } from './soak.schema.js';

/** A shard of a soak run that is open, and what a scaler of its target needs to know. */
export interface Scaled {
  spec: SoakSpec;
  target: Target;
  shard: Shard;
  events: DriverEvents;
  runId: string;
  /** Its `run` writes and reads; whoever wraps it may stop it by a signal of its own when the cycles are done. */
  opened: OpenShard;
}

/** Adds the scaler of the specification to a shard: it works while the shard runs and ends with it. */
export type AttachScaler = (scaled: Scaled) => OpenShard;

/** Where nothing can change the target's size. Throws CodedError VALIDATION_FAILED for a run that wants it. */
export const withoutScaler: AttachScaler = ({ spec: { scaler }, opened }) => {
  if (scaler.type === 'none') return opened;
  throw new CodedError(
    'VALIDATION_FAILED',
    `expected scaler none here, found ${scaler.type}: post the run to a server`,
  );
};
