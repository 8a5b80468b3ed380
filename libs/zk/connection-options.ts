import type { SocketOptions } from '#libs/wire/socket.js';
import type { JuteReader } from './jute-reader.js';
import type { PendingWatch } from './watch-book.js';

export interface ConnectionOptions extends SocketOptions {
  /** Hot operations at a time. */
  inFlight: number;
  /** Buffer that requests are written to. */
  sendBytes: number;
  /** What one answer may take. */
  maxAnswerBytes: number;
}

export interface ConnectionEvents {
  /** After everybody who waited has been told; once. */
  closed(cause: Error): void;
  /** A WatcherEvent. */
  notified(reader: JuteReader): void;
  /** The request that asked for a watch was answered, with this code. */
  watched(watch: PendingWatch, code: number): void;
  /** The answers of one read have been handed on: there may be room again. */
  turned(): void;
}

/** What a server says of the session that it was asked for; a timeout of 0: it has expired. */
export interface Welcome {
  timeoutMs: number;
  sessionId: bigint;
  password: Buffer;
}
