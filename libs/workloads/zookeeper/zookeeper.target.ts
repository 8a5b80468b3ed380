import type { Completion, Target } from '#libs/load/target.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { HotHandler } from '#libs/zk/hot-handler.js';
import { codeName } from '#libs/zk/protocol.js';
import type { LoadClient } from './load-client.js';
import { type LaneOperation, PENDING } from './operations/lane-operation.js';
import type { Notifications } from './operations/notifications.js';

/** Where a lane's operations go: each on the session of the client that the source has drawn. */
export class ZookeeperTarget implements Target, HotHandler {
  /** Set before the first session is opened. */
  operations: readonly LaneOperation[] = [];
  notifications: Notifications | undefined;
  readonly clients: (LoadClient | undefined)[] = [];
  private readonly clientOf: Int32Array;
  private readonly operationOf: Uint8Array;
  /** ZooKeeper's last code for what failed in a slot. */
  private readonly codeOf: Int32Array;
  private readonly dirty: LoadClient[] = [];
  private refused: number[] = [];
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;
  private release: (client: number) => void = () => undefined;

  constructor(private readonly slots: number) {
    this.clientOf = new Int32Array(slots);
    this.operationOf = new Uint8Array(slots);
    this.codeOf = new Int32Array(slots);
  }

  /** Where outcomes go, what is called after each batch of answers, and who gets a client's turn back. */
  report(completion: Completion, turn: () => void, release: (client: number) => void): void {
    this.completion = completion;
    this.turn = turn;
    this.release = release;
  }

  fire(slot: number, operation: number, client: number): void {
    this.clientOf[slot] = client;
    this.operationOf[slot] = operation;
    this.codeOf[slot] = 0;
    const found = this.clients[client];
    if (found === undefined || this.operations[operation]?.begin(slot, found) !== true) {
      if (this.refused.length === 0) setImmediate(this.tellRefused);
      this.refused.push(slot);
      return;
    }
    this.touch(found);
  }

  retry(slot: number, operation: number, client: number): void {
    this.fire(slot, operation, client);
  }

  flush(): void {
    const { dirty } = this;
    for (let index = 0; index < dirty.length; index++) {
      const client = dirty[index];
      if (client === undefined) continue;
      client.dirty = false;
      client.hot.flush();
    }
    dirty.length = 0;
  }

  onAnswer(slot: number, buffer: Buffer, start: number, end: number): void {
    if (slot >= this.slots) return this.notifications?.answer(slot, buffer, start);
    const client = this.clients[this.clientOf[slot] ?? 0];
    const operation = this.operations[this.operationOf[slot] ?? 0];
    if (client === undefined || operation === undefined) return;
    const outcome = operation.answer(slot, client, buffer, start, end);
    if (outcome === PENDING) this.touch(client);
    else this.finish(slot, outcome, operation.rows);
  }

  onFailure(slot: number, code: number): void {
    if (slot >= this.slots) return;
    this.codeOf[slot] = code;
    const operation = this.operations[this.operationOf[slot] ?? 0];
    this.finish(slot, operation?.failure(code) ?? OUTCOME_INDEX.other, 0);
  }

  onTurn(): void {
    this.turn();
    this.flush();
  }

  /** An operation that is no hot one has ended. */
  readonly finished = (slot: number, outcome: number): void => {
    this.finish(slot, outcome, 1);
    this.onTurn();
  };

  /** Requests of a client wait to be sent. */
  touch(client: LoadClient): void {
    if (client.dirty) return;
    client.dirty = true;
    this.dirty.push(client);
  }

  /** What failed in a slot last, in ZooKeeper's words; undefined when it was not the server's. */
  codeName(slot: number): string | undefined {
    const code = this.codeOf[slot] ?? 0;
    return code === 0 ? undefined : codeName(code);
  }

  /** Which operation a slot was used for last. */
  nameOf(slot: number, names: readonly string[]): string {
    return names[this.operationOf[slot] ?? 0] ?? 'operation';
  }

  private finish(slot: number, outcome: number, rows: number): void {
    this.completion?.complete(slot, outcome, rows);
    this.release(this.clientOf[slot] ?? 0);
  }

  private readonly tellRefused = (): void => {
    const { refused } = this;
    this.refused = [];
    for (const slot of refused) this.finish(slot, OUTCOME_INDEX.connectionLost, 0);
    this.onTurn();
  };
}
