import type { LoggerService } from '@nestjs/common';
import { type LogLevel, logWriter } from '#libs/telemetry/log-line.js';
import type { ApiConfig } from '../config.js';
import { currentOrigin } from '../http/request-origin.js';
import type { NowMs } from '../tokens.js';
import { AboutRun } from './about-run.js';

const textOf = (message: unknown): string =>
  message instanceof AboutRun
    ? message.message
    : message instanceof Error
      ? (message.stack ?? message.message)
      : typeof message === 'string'
        ? message
        : JSON.stringify(message);

/** Where the framework and the services say things: one line each on standard error, with the request's correlation id. */
export class ProcessLog implements LoggerService {
  private readonly write: ReturnType<typeof logWriter>;

  constructor(
    { logFormat, logLevel }: Pick<ApiConfig, 'logFormat' | 'logLevel'>,
    private readonly nowMs: NowMs,
    write: (text: string) => void,
  ) {
    this.write = logWriter(logFormat, logLevel, write);
  }

  log = (message: unknown, ...rest: unknown[]): void => this.say('info', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.say('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.say('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.say('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.say('debug', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.say('error', message, rest);

  /** The framework puts the speaker's name last, and before it, with an error, its trace. */
  private say(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const more = rest.slice(0, -1).filter((each) => each !== undefined);
    this.write({
      atMs: this.nowMs(),
      level,
      context: typeof context === 'string' ? context : undefined,
      run: message instanceof AboutRun ? message.run : undefined,
      correlationId: currentOrigin()?.correlationId ?? undefined,
      message: [message, ...more].map(textOf).join('\n'),
    });
  }
}
