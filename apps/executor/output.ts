import type { LogLine } from '#libs/contract/event.js';

type Level = LogLine['level'];

const RANK: { [L in Level]: number } = { error: 0, warn: 1, info: 2 };
const ENOUGH: { [S in 'error' | 'warn' | 'log' | 'debug']: number } = { error: 0, warn: 1, log: 2, debug: 2 };

export interface Line {
  atMs: number;
  level: Level;
  executor: string;
  message: string;
  run?: string | undefined;
}

export type Output = (line: Line) => void;

/** One JSON object a line on standard error, of the levels that TIDEMARK_LOG_LEVEL asks for. */
export const jsonOutput =
  (logLevel: keyof typeof ENOUGH, write: (text: string) => void): Output =>
  ({ atMs, ...rest }) => {
    if (RANK[rest.level] > ENOUGH[logLevel]) return;
    write(`${JSON.stringify({ time: new Date(atMs).toISOString(), ...rest })}\n`);
  };
