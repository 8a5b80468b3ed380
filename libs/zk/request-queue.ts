import type { Connection } from './connection.js';
import { ZkError } from './zk-error.js';

/** A control request that waits to be sent. */
interface Queued {
  about: string;
  tick: number;
  send: (connection: Connection) => void;
  reject: (error: Error) => void;
}

/** Control requests that came while there was no connection, or no room on it, in the order of the calls. */
export class RequestQueue {
  private readonly waiting: Queued[] = [];

  add(request: Queued): void {
    this.waiting.push(request);
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /** Sends what the connection has room for. */
  sendOn(connection: Connection): void {
    let sent = 0;
    for (const request of this.waiting) {
      if (!connection.hasRoom) break;
      request.send(connection);
      sent++;
    }
    if (sent > 0) this.waiting.splice(0, sent);
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
