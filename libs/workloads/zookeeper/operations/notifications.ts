import type { Clock } from '#libs/load/clock.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { Watcher } from '#libs/zk/watch-book.js';
import type { LoadClient } from '../load-client.js';
import { outcomeOf } from '../outcome-of.js';
import type { LaneOperation } from './lane-operation.js';

const LENGTH_BYTES = 4;
export const STAMP_BYTES = 8;

export interface NotificationParts {
  clock: Pick<Clock, 'nowNs'>;
  /** First of the slots that no operation of the loop has: one for each client. */
  firstSlot: number;
  valueSizeBytes: number;
  /** A request of this client waits to be sent. */
  begun: (client: LoadClient) => void;
  /** The new value of a znode has reached its watcher. */
  seen: (setNs: number, seenNs: number) => void;
}

interface Watched {
  node: LoadClient;
  /** The client that watches it: another one where there is one. */
  by: LoadClient;
  tell: Watcher;
  /** Of the last value that was seen; NaN before the first. */
  stampNs: number;
}

/**
 * Every client sets its own znode to the time; another one watches it and, told of a change, reads it, which arms the watch
 * again. From the set to the read is one notification.
 */
export class Notifications {
  private readonly watched: (Watched | undefined)[] = [];
  private readonly value: Buffer;

  constructor(private readonly parts: NotificationParts) {
    this.value = Buffer.alloc(Math.max(STAMP_BYTES, parts.valueSizeBytes));
  }

  operation(): LaneOperation {
    return {
      begin: (slot, { hot, node }) => {
        this.value.writeDoubleBE(this.parts.clock.nowNs());
        return hot.set(slot, node, this.value);
      },
      answer: () => OUTCOME_INDEX.ok,
      failure: outcomeOf,
      rows: 1,
    };
  }

  /** Watches the znode of `node` by the session of `by` from now on. */
  watch(node: LoadClient, by: LoadClient): void {
    const index = node.index;
    this.watched[index] = { node, by, tell: () => this.read(index), stampNs: Number.NaN };
    this.read(index);
  }

  /** The value that was read after a change, or when the watch was armed. */
  answer(slot: number, buffer: Buffer, start: number): void {
    const watched = this.watched[slot - this.parts.firstSlot];
    if (watched === undefined || buffer.readInt32BE(start) < STAMP_BYTES) return;
    const stampNs = buffer.readDoubleBE(start + LENGTH_BYTES);
    const isFirst = Number.isNaN(watched.stampNs);
    if (!isFirst && stampNs !== watched.stampNs) this.parts.seen(stampNs, this.parts.clock.nowNs());
    watched.stampNs = stampNs;
  }

  /** A client is connected again: what was told while it could not read is read now. */
  back(client: LoadClient): void {
    for (const [index, watched] of this.watched.entries()) if (watched?.by === client) this.read(index);
  }

  private read(index: number): void {
    const watched = this.watched[index];
    if (watched === undefined) return;
    const { node, by, tell } = watched;
    if (by.hot.get(this.parts.firstSlot + index, node.node, tell)) this.parts.begun(by);
  }
}
