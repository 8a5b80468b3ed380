import type { LogLine } from '#libs/contract/event.js';
import { type LogFormat, type LogThreshold, logWriter } from '#libs/telemetry/log-line.js';

export interface Line {
  atMs: number;
  level: LogLine['level'];
  executor: string;
  message: string;
  run?: string | undefined;
  /** Of the request that made the run. */
  correlationId?: string | undefined;
}

export type Output = (line: Line) => void;

/** One line each on standard error, as the settings want it. */
export const processOutput = (
  { logFormat, logLevel }: { logFormat: LogFormat; logLevel: LogThreshold },
  write: (text: string) => void,
): Output => logWriter(logFormat, logLevel, write);
