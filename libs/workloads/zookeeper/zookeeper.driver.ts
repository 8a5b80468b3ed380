import { CodedError } from '#libs/contract/coded-error.js';
import type { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, OpenShard, Shard, TargetFacts } from '#libs/workloads/driver.js';
import { openLanes } from '#libs/workloads/lane/lane-pool.js';
import { ZkClient } from '#libs/zk/client.js';
import { NO_HANDLER } from '#libs/zk/hot-handler.js';
import { Session } from '#libs/zk/session.js';
import type { SessionEvents } from '#libs/zk/session-options.js';
import { RunTree } from './run-tree.js';
import { serverFacts } from './server-facts.js';
import { accessOf, sessionOptionsOf } from './session-options.js';
import { ShardWatch } from './shard-watch.js';
import type { ZookeeperSpec } from './zookeeper.schema.js';

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface Held {
  session: Session;
  tree: RunTree;
}

/** A session that only looks after the run's tree. Throws CodedError. */
async function hold(spec: ZookeeperSpec, target: Target, runId: string, events: SessionEvents = {}): Promise<Held> {
  const options = sessionOptionsOf(spec, target);
  const session = await Session.open(
    { ...options, inFlight: 1, operationTimeoutMs: Math.max(options.operationTimeoutMs, 10_000) },
    NO_HANDLER,
    events,
  );
  return { session, tree: new RunTree(new ZkClient(session), spec.pseudoRoot, runId, accessOf(spec)) };
}

/** What killed runs have left is removed; that it cannot be is no reason not to run. */
async function sweep({ tree }: Held, events: DriverEvents): Promise<void> {
  try {
    for (const { runId, removed } of await tree.sweep(systemClock.epochMs()))
      events.log('info', `removed ${removed} znodes that run ${runId} had left behind`);
  } catch (error) {
    events.log('warn', `what earlier runs have left behind could not be removed: ${textOf(error)}`);
  }
}

async function prepare(spec: ZookeeperSpec, target: Target, events: DriverEvents, runId: string): Promise<TargetFacts> {
  const held = await hold(spec, target, runId);
  try {
    await sweep(held, events);
    await held.tree.create(systemClock.epochMs());
    events.log('info', `everything is made below ${held.tree.root}`);
    return await serverFacts(target);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    const hint = spec.chroot === undefined ? '' : `; a chroot (${spec.chroot}) has to be there`;
    throw new CodedError('TARGET_REFUSED', `${held.tree.root} could not be made: ${textOf(error)}${hint}`);
  } finally {
    await held.session.close();
  }
}

/** Holds the tree, also by a new session after the old one has expired, for as long as the shard is open. */
async function open(
  spec: ZookeeperSpec,
  target: Target,
  shard: Shard,
  events: DriverEvents,
  signal: AbortSignal,
  runId: string,
): Promise<OpenShard> {
  const member = `shard-${shard.index}`;
  const join = () => held.tree.join(member, systemClock.epochMs());
  let joined = false;
  const held: Held = await hold(spec, target, runId, {
    connected({ kept }) {
      if (joined && !kept) join().catch((error: unknown) => events.log('warn', textOf(error)));
    },
  });
  const leave = async (): Promise<void> => {
    try {
      const removed = await held.tree.leave(member);
      if (removed > 0) events.log('info', `removed ${removed} znodes of this run`);
      await sweep(held, events);
    } catch (error) {
      events.log('warn', `${held.tree.root} could not be removed; the next run does it: ${textOf(error)}`);
    } finally {
      await held.session.close();
    }
  };
  try {
    await join();
    joined = true;
    const inputs = shard.lanes.map((share) => ({
      kind: 'zookeeper' as const,
      spec,
      target: { ensemble: target, root: held.tree.root },
      share,
    }));
    const watch = await ShardWatch.of(spec, target, shard.index, events);
    const lanes = await openLanes(inputs, watch.events, signal);
    return {
      async run(startAtMs, stopSignal) {
        watch.begin();
        return watch.end(await lanes.run(startAtMs, stopSignal));
      },
      async close() {
        await lanes.close();
        await leave();
      },
    };
  } catch (error) {
    await leave();
    throw error instanceof CodedError ? error : new CodedError('TARGET_REFUSED', textOf(error));
  }
}

/** Load on an ensemble. */
export const zookeeperDriver: Driver<ZookeeperSpec> = {
  prepare: (spec, target, events, _signal, runId) => prepare(spec, target, events, runId),
  open,
};
