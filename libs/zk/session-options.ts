import type tls from 'node:tls';
import type { Login } from './digest-md5.js';

/** Credentials that access rules refer to, as scheme 'digest' with 'user:password'. */
export interface Credentials {
  scheme: string;
  auth: string;
}

export interface SessionOptions {
  /** host:port[,host:port...][/chroot] */
  connectString: string;
  /** What the session outlives without a sign of life; the server has the last word. */
  sessionTimeoutMs: number;
  /** After this an operation counts as OPERATION_TIMEOUT. */
  operationTimeoutMs: number;
  /** How long one server may take to be connected to. Default 5000. */
  connectTimeoutMs?: number;
  /** How long `open` tries all servers again and again. Default 10000. */
  openTimeoutMs?: number;
  /** Hot operations at a time. Default 1024. */
  inFlight?: number;
  /** Buffer of each connection that requests are written to. Default 256 KiB. */
  sendBytes?: number;
  /** What one answer may take. Default 64 MiB. */
  maxAnswerBytes?: number;
  tls?: tls.ConnectionOptions;
  /** SASL DIGEST-MD5. */
  sasl?: Login;
  /** Sent at every connection. */
  credentials?: readonly Credentials[];
  /** For the order of servers and the pauses between them. */
  random?: () => number;
}

/** What becomes of a session; each may be left out. Must not throw. */
export interface SessionEvents {
  /** `kept`: it is the session of before, on a server that may be another; `watches`: armed again. */
  connected?(facts: { server: string; sessionId: bigint; kept: boolean; watches: number }): void;
  disconnected?(cause: Error): void;
  /** The server has forgotten the session, its ephemeral znodes and watches; a new one is begun. */
  expired?(sessionId: bigint): void;
  /** Given up for good: the credentials were refused. */
  refused?(cause: Error): void;
}

/** What a session has moved, and answers that came too late. */
export interface SessionTotals {
  bytesSent: number;
  bytesReceived: number;
  lateAnswers: number;
}
