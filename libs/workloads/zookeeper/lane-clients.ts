import type { Clock } from '#libs/load/clock.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { ZkClient } from '#libs/zk/client.js';
import { HotClient } from '#libs/zk/hot-client.js';
import { CODE } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import { ZkError } from '#libs/zk/zk-error.js';
import { CreatedNodes } from './created-nodes.js';
import type { LoadClient } from './load-client.js';
import type { Payloads } from './payloads.js';
import type { ReadyClients } from './ready-clients.js';
import type { Recovery } from './recovery.js';
import { FOLDERS } from './run-tree.js';
import { accessOf, sessionOptionsOf } from './session-options.js';
import { mixOf } from './task-sets.js';
import type { ZookeeperTarget } from './zookeeper.target.js';

const OPENED_AT_A_TIME = 32;
const RADIX = 36;
const MS_PER_S = 1_000;

export interface LaneClientsParts {
  input: LaneInput<'zookeeper'>;
  events: DriverEvents;
  target: ZookeeperTarget;
  ready: ReadyClients;
  recovery: Recovery;
  payloads: Payloads;
  clock: Pick<Clock, 'nowNs' | 'sleep'>;
}

/** The sessions of one lane: opened all at once or one after another, and told of when they come and go. */
export class LaneClients {
  /** Sessions in this lane, opened or still to be. */
  readonly count: number;
  private readonly opening = new Set<Promise<unknown>>();
  private closed = false;

  constructor(private readonly parts: LaneClientsParts) {
    const { share, spec } = parts.input;
    this.count = share.threads / spec.pipeline;
  }

  /** Opens all. Throws CodedError; what has been opened is closed then. */
  async openAll(): Promise<void> {
    const indexes = Array.from({ length: this.count }, (_, index) => index).values();
    const openNext = async (): Promise<void> => {
      for (const index of indexes) await this.open(index);
    };
    try {
      await Promise.all(Array.from({ length: OPENED_AT_A_TIME }, openNext));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Opens one after another at the lane's share of the rate; one that cannot be opened is told of and left out. */
  async spawn(perSecond: number, signal: AbortSignal): Promise<void> {
    const { clock, events, input } = this.parts;
    const beganNs = clock.nowNs();
    const lanePerSecond = perSecond / input.spec.lanes;
    for (let index = 0; index < this.count && !signal.aborted; index++) {
      const waitMs = (index / lanePerSecond) * MS_PER_S - (clock.nowNs() - beganNs) / 1e6;
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const opened = this.open(index)
        .then(() => this.parts.target.onTurn())
        .catch((error: unknown) => {
          if (!signal.aborted) events.log('warn', error instanceof Error ? error.message : String(error));
        });
      this.opening.add(opened);
      void opened.then(() => this.opening.delete(opened));
    }
  }

  /** Ends every session; ephemeral znodes go with them. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.opening);
    await Promise.all(this.parts.target.clients.map(async (client) => client?.session.close()));
  }

  totals(): { bytesSent: number; bytesReceived: number; lateAnswers: number } {
    const sum = { bytesSent: 0, bytesReceived: 0, lateAnswers: 0 };
    for (const client of this.parts.target.clients) {
      if (client === undefined) continue;
      const { bytesSent, bytesReceived, lateAnswers } = client.session.totals;
      sum.bytesSent += bytesSent;
      sum.bytesReceived += bytesReceived;
      sum.lateAnswers += lateAnswers;
    }
    return sum;
  }

  private async open(index: number): Promise<void> {
    const { input, target, ready, recovery, events } = this.parts;
    const { spec } = input;
    const session = await Session.open(sessionOptionsOf(spec, input.target.ensemble), target, {
      connected: ({ server, kept, watches }) => {
        recovery.connected(index, server, kept, watches);
        const client = target.clients[index];
        if (client === undefined) return;
        ready.back(index);
        target.notifications?.back(client);
      },
      disconnected: () => {
        if (this.closed) return;
        recovery.disconnected(index);
        ready.leave(index);
      },
      expired: () => {
        recovery.expire();
        target.clients[index]?.created.forget();
      },
      refused: (cause) => events.log('error', cause.message),
    });
    const client = this.clientOf(index, session);
    try {
      if (this.closed) throw new Error('the lane is closed');
      await this.prepare(client);
    } catch (error) {
      await session.close();
      throw error;
    }
    target.clients[index] = client;
    this.watchNodes(client);
    ready.back(index);
  }

  private clientOf(index: number, session: Session): LoadClient {
    const { spec, target, share } = this.parts.input;
    const hot = new HotClient(session, accessOf(spec));
    const name = this.nameOf(share.first + index * share.stride);
    const { root } = target;
    const node = `${root}/${FOLDERS.nodes}/${name}`;
    const many = mixOf(spec).some((one) => one.name === 'exists_negative_watch_many') ? spec.manyWatches : 0;
    return {
      index,
      session,
      hot,
      control: new ZkClient(session),
      node: hot.path(node),
      absent: hot.path(`${node}-absent`),
      ephemeral: hot.path(`${root}/${FOLDERS.ephemeral}/${name}-`),
      many: Array.from({ length: many }, (_, at) => hot.path(`${node}-absent-${at}`)),
      created: new CreatedNodes(),
      dirty: false,
    };
  }

  /** As long as asked for, and longer where names would not differ. */
  private nameOf(number: number): string {
    return number.toString(RADIX).padStart(this.parts.input.spec.keySizeBytes, '0');
  }

  /** The client's own znode, which may be there from a try whose answer was lost. */
  private async prepare({ control, node, session }: LoadClient): Promise<void> {
    const { input, payloads } = this.parts;
    try {
      await control.create(session.shown(node.text), payloads.next(), { access: accessOf(input.spec) });
    } catch (error) {
      if (!(error instanceof ZkError) || error.code !== CODE.NODE_EXISTS) throw error;
    }
  }

  /** Another client watches the new one's znode, and the new one that of the client after it, where they are there. */
  private watchNodes(client: LoadClient): void {
    const { target } = this.parts;
    const { notifications, clients } = target;
    if (notifications === undefined) return;
    notifications.watch(client, clients[client.index - 1] ?? client);
    target.flush();
  }
}
