import { parentKinds, type WorkloadKind } from '#libs/contract/run.js';
import type { RunStatus } from '#libs/contract/status.js';

/** States in which a run holds executors and its target. */
export const ACTIVE: readonly RunStatus[] = ['preparing', 'ready', 'running', 'finishing'];

/** Kinds that hold a target, and of which executors take no shard. */
export const PARENTS: readonly WorkloadKind[] = parentKinds;
