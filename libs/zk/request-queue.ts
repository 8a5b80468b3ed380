import type { Connection } from './connection.js';
import { ZkError } from './zk-error.js';

/** A control request that waits for a connection. */
interface Queued {
  about: string;
  tick: number;
  send: (connection: Connection) => void;
  reject: (error: Error) => void;
}

/** Control requests that came while there was no connection, in the order of the calls. */
export class RequestQueue {
  private readonly waiting: Queued[] = [];

  add(request: Queued): void {
    this.waiting.push(request);
  }

  sendAll(connection: Connection): void {
    for (const request of this.waiting.splice(0)) request.send(connection);
  }

  /** Refuses what has waited since before sweep `tick`. */
  refuseBefore(tick: number, code: number, why: string): void {
    const overdue = this.waiting.findIndex((request) => request.tick >= tick);
    this.refuse(overdue === -1 ? this.waiting.length : overdue, code, why);
  }

  refuseAll(code: number, why: string): void {
    this.refuse(this.waiting.length, code, why);
  }

  private refuse(count: number, code: number, why: string): void {
    for (const request of this.waiting.splice(0, count)) request.reject(new ZkError(code, `${request.about}: ${why}`));
  }
}
