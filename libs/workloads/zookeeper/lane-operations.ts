import { multiBody } from '#libs/zk/multi.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { LoadClient } from './load-client.js';
import { createEphemeral, deleteOldest, IncrementSet, transaction } from './operations/changing-operations.js';
import type { LaneOperation } from './operations/lane-operation.js';
import type { Notifications } from './operations/notifications.js';
import * as simple from './operations/simple-operations.js';
import { connect, elect, type Finish } from './operations/slow-operations.js';
import type { Payloads } from './payloads.js';
import { FOLDERS } from './run-tree.js';
import { accessOf, sessionOptionsOf } from './session-options.js';
import { mixOf, type ZkOperationName } from './task-sets.js';

export interface LaneOperationsParts {
  input: LaneInput<'zookeeper'>;
  clients: number;
  payloads: Payloads;
  notifications: Notifications;
  finish: Finish;
}

type Make = (parts: LaneOperationsParts) => LaneOperation;

/** A path of the run's tree, made once. */
function folderOf({ input }: LaneOperationsParts, name: keyof typeof FOLDERS) {
  const path = `${input.target.root}/${FOLDERS[name]}`;
  let made: ReturnType<LoadClient['hot']['path']> | undefined;
  return ({ hot }: LoadClient) => (made ??= hot.path(path));
}

/** The transaction of each client, made at its first. */
function transactions({ input, payloads }: LaneOperationsParts): (client: LoadClient) => Uint8Array {
  const access = accessOf(input.spec);
  const bodies = new Map<number, Uint8Array>();
  return ({ index, node }) => {
    let body = bodies.get(index);
    if (body === undefined) {
      const part = `${node.text}/part`;
      body = multiBody(
        [
          { type: 'set', path: node.text, data: payloads.next() },
          { type: 'create', path: part, data: payloads.next(), access },
          { type: 'delete', path: part },
        ],
        (path) => path,
      );
      bodies.set(index, body);
    }
    return body;
  };
}

const MAKERS: { readonly [O in ZkOperationName]: Make } = {
  connect: ({ input, finish }) => connect(sessionOptionsOf(input.spec, input.target.ensemble), finish),
  get: simple.get,
  set: ({ payloads }) => simple.set(payloads),
  incr_set: ({ input }) => new IncrementSet(input.share.threads, input.spec.valueSizeBytes),
  create_ephemeral: ({ payloads }) => createEphemeral(payloads),
  delete: deleteOldest,
  count_children: (parts) => new simple.ListChildren('children', folderOf(parts, 'ephemeral')),
  exists: simple.exists,
  exists_negative: simple.existsNegative,
  exists_watch: simple.existsWatch,
  exists_negative_watch: simple.existsNegativeWatch,
  exists_negative_watch_many: ({ clients }) => simple.existsNegativeWatchMany(clients),
  get_children: (parts) => new simple.ListChildren('children', folderOf(parts, 'nodes')),
  get_children2: (parts) => new simple.ListChildren('children2', folderOf(parts, 'nodes')),
  watch: ({ notifications }) => notifications.operation(),
  multi: (parts) => transaction(transactions(parts)),
  elect: ({ input, finish }) => elect(`${input.target.root}/${FOLDERS.election}`, finish),
};

/** The operations of a lane, by number. */
export const laneOperations = (parts: LaneOperationsParts): LaneOperation[] =>
  mixOf(parts.input.spec).map(({ name }) => MAKERS[name](parts));
