import type { Connection } from './connection.js';
import { OPCODE, XID } from './protocol.js';

const EMPTY = new Uint8Array();

/** Keeps a session alive by pings, and notices when its server is not. Counts sweeps, not time. */
export class Pulse {
  private heardBytes = 0;
  private heardTick = 0;
  private sentBytes = 0;
  private sentTick = 0;

  /** `tick`: the sweep at which the connection was made. */
  constructor(
    private readonly connection: Connection,
    tick: number,
  ) {
    this.heardTick = tick;
    this.sentTick = tick;
  }

  /**
   * Called in every sweep. A third of the session's timeout without a request makes a ping, two thirds without an answer end
   * the connection. `timeoutSweeps` is the session's timeout.
   */
  beat(tick: number, timeoutSweeps: number): void {
    const { connection } = this;
    if (connection.bytesReceived !== this.heardBytes) this.heardTick = tick;
    this.heardBytes = connection.bytesReceived;
    if (connection.writes.bytesSent !== this.sentBytes) this.sentTick = tick;
    this.sentBytes = connection.writes.bytesSent;
    if (tick - this.heardTick > (2 * timeoutSweeps) / 3)
      return connection.destroy(new Error('nothing came from the server, not even a sign of life'));
    if (tick - this.sentTick < timeoutSweeps / 3) return;
    this.sentTick = tick;
    connection.tell(XID.PING, OPCODE.PING, EMPTY);
  }
}
