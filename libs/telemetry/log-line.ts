import { redacted } from './redact.js';

export type LogFormat = 'text' | 'json';
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** One line of a process's log. */
export interface LogRecord {
  /** Epoch milliseconds. */
  atMs: number;
  level: LogLevel;
  message: string;
  /** Who speaks: a part of the API. */
  context?: string | undefined;
  executor?: string | undefined;
  /** The run that it is about. */
  run?: string | undefined;
  /** Of the request that led to it, through the run to every executor. */
  correlationId?: string | undefined;
}

const RANK: { [L in LogLevel]: number } = { error: 0, warn: 1, info: 2, debug: 3 };
const WANTED = { error: 0, warn: 1, log: 2, debug: 3 } as const;

/** TIDEMARK_LOG_LEVEL. */
export type LogThreshold = keyof typeof WANTED;

const FORMATS: { [F in LogFormat]: (record: LogRecord) => string } = {
  json: ({ atMs, ...rest }) => JSON.stringify({ time: new Date(atMs).toISOString(), ...rest }, hideSecrets),
  text: ({ atMs, level, message, ...facts }) => {
    const shown = Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [`${name}=${fact}`]));
    const head = `${new Date(atMs).toISOString()} ${level.toUpperCase().padEnd(5)}`;
    return redacted([head, ...shown, message.replaceAll(/\s*\n\s*/g, ' | ')].join(' '));
  },
};

/** Before it is quoted, so that a secret's own quotes cannot end it. */
const hideSecrets = (_name: string, value: unknown): unknown => (typeof value === 'string' ? redacted(value) : value);

/** Writes the records that `threshold` asks for, one a line; without logins, passwords, tokens and keys. */
export const logWriter =
  (format: LogFormat, threshold: LogThreshold, write: (text: string) => void) =>
  (record: LogRecord): void => {
    if (RANK[record.level] <= WANTED[threshold]) write(`${FORMATS[format](record)}\n`);
  };
