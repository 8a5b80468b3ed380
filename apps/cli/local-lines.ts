import { systemClock } from '#libs/load/clock.js';
import type { LocalEvents } from './stress/local-run.js';

const FILE_LINE = /^✓ /;
const LEVELS = { info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

/** What a run in this process says, in the load generator's lines. */
export const localLines = (thread: string, line: (text: string) => void): LocalEvents => ({
  prepared: () => undefined,
  opened: () => undefined,
  interval: () => undefined,
  mismatch: () => undefined,
  started: () => undefined,
  log(level, message) {
    const instant = `${new Date(systemClock.epochMs()).toISOString().slice(0, 19)}Z`;
    line(
      FILE_LINE.test(message)
        ? message
        : `${instant} | worker=local | thread=${thread} | ${LEVELS[level]} | ${message}`,
    );
  },
});
