import type { SimTime } from './sim-time.js';

/** The machine's own clocks. */
/* oxlint-disable no-restricted-globals, no-restricted-properties -- the one place where the simulator reads a clock */
export const systemTime: SimTime = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
};
