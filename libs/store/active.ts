import type { RunStatus } from '#libs/contract/status.js';

/** States in which a run holds executors and its target. */
export const ACTIVE: readonly RunStatus[] = ['preparing', 'ready', 'running', 'finishing'];
