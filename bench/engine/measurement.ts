/** What one measuring run of one engine saw, without its warm-up. */
export interface Measurement {
  operations: number;
  /** CPU time of the whole client process, user and system, microseconds. */
  cpuUs: number;
  elapsedMs: number;
}

/** The engines that are compared; `driver` is what the ratios are to. */
export const ENGINES = ['wire', 'driver'] as const;
export type EngineName = (typeof ENGINES)[number];

/** How long and how wide an engine is measured. */
export interface Effort {
  inFlight: number;
  /** Measured, after the warm-up. */
  durationMs: number;
}

/** CPU time of this process so far, user and system, microseconds. */
export function processCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
