import type { SocketOptions } from '#libs/wire/socket.js';
import type { BodyReader } from './body-reader.js';
import type { RequestFrame } from './request-frame.js';

export interface ConnectionOptions extends SocketOptions {
  inFlight: number;
  /** A clock for service times, nanoseconds. */
  nowNs: () => number;
}

export interface ConnectionEvents {
  /** After the last slot has been told; once. */
  closed(cause: Error): void;
  /** An EVENT frame. */
  event(reader: BodyReader): void;
  /** The statement of `slot` is unknown to the server: prepare it there, then tell the handler. */
  unprepared(slot: number, template: RequestFrame): void;
  /** An answer to this request told where its tablet is. */
  tablet(template: RequestFrame, payload: Buffer): void;
}

/** An answer to a control request. */
export interface Answer {
  opcode: number;
  reader: BodyReader;
}
