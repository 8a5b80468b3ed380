import { CodedError } from '#libs/contract/coded-error.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';
import type { ZkClient } from '#libs/zk/client.js';
import { CODE } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import type { SessionOptions } from '#libs/zk/session-options.js';
import { ZkError } from '#libs/zk/zk-error.js';
import { outcomeOf } from '../outcome-of.js';
import type { LaneOperation } from './lane-operation.js';

/** Tells of an operation that has ended outside of an answer; never from inside `begin`. */
export type Finish = (slot: number, outcome: number) => void;

function outcomeOfError(error: unknown): number {
  if (error instanceof ZkError) return outcomeOf(error.code);
  if (!(error instanceof CodedError)) return OUTCOME_INDEX.other;
  return error.code === 'TARGET_AUTHENTICATION_FAILED' ? OUTCOME_INDEX.unauthorized : OUTCOME_INDEX.noHost;
}

/** Operations of several round trips and little rate are promises. */
const promised = (work: (client: ZkClient) => Promise<void>, finish: Finish): LaneOperation => ({
  begin(slot, { control }) {
    work(control).then(
      () => finish(slot, OUTCOME_INDEX.ok),
      (error: unknown) => finish(slot, outcomeOfError(error)),
    );
    return true;
  },
  answer: () => OUTCOME_INDEX.ok,
  failure: outcomeOf,
  rows: 1,
});

/** A session of its own from its beginning to its end. */
export const connect = (options: SessionOptions, finish: Finish): LaneOperation =>
  promised(async () => {
    const session = await Session.open({ ...options, openTimeoutMs: options.operationTimeoutMs });
    await session.close();
  }, finish);

/** Stands for election and steps down once elected: the recipe of ZooKeeper's manual, each watching the one before. */
export const elect = (folder: string, finish: Finish): LaneOperation =>
  promised(async (client) => {
    const mine = await client.create(`${folder}/n-`, undefined, { mode: 'ephemeralSequential' });
    const name = mine.slice(mine.lastIndexOf('/') + 1);
    try {
      for (;;) {
        const names = (await client.children(folder)).toSorted();
        const place = names.indexOf(name);
        if (place < 0) throw new ZkError(CODE.SESSION_EXPIRED, `candidate ${name} is gone`);
        if (place === 0) return;
        await gone(client, `${folder}/${names[place - 1]}`);
      }
    } finally {
      await client.delete(mine).catch(() => undefined);
    }
  }, finish);

/** Resolves when the znode is not there any more, or the session has ended. */
async function gone(client: ZkClient, path: string): Promise<void> {
  let told: () => void = () => undefined;
  const event = new Promise<void>((resolve) => {
    told = resolve;
  });
  const found = await client.exists(path, () => told());
  if (found !== undefined) await event;
}
