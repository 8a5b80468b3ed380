import { systemClock } from '#libs/load/clock.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { LaneClients } from './lane-clients.js';
import { laneOperations } from './lane-operations.js';
import { Notifications } from './operations/notifications.js';
import { Payloads } from './payloads.js';
import { ReadyClients } from './ready-clients.js';
import { Recovery } from './recovery.js';
import { RunZookeeper } from './run-zookeeper.js';
import { ZookeeperTarget } from './zookeeper.target.js';

/** Which of a lane's random sequences values are drawn from. */
const VALUES = 2;

/** Opens the sessions of one lane and makes their znodes. Throws CodedError. */
export async function openZookeeperLane(input: LaneInput<'zookeeper'>, events: DriverEvents): Promise<OpenShard> {
  const { spec, share } = input;
  await loadHistograms();
  const clock = systemClock;
  const target = new ZookeeperTarget(share.threads);
  const payloads = new Payloads(spec.valueSizeBytes, laneRandom(spec, share, VALUES));
  const recovery = new Recovery(clock);
  const ready = new ReadyClients(share.threads / spec.pipeline, spec.pipeline);
  const run = new RunZookeeper({ input, events, target, ready, recovery });
  const notifications = new Notifications({
    clock,
    firstSlot: share.threads,
    valueSizeBytes: spec.valueSizeBytes,
    begun: (client) => target.touch(client),
    seen: (setNs, seenNs) => run.notified(setNs, seenNs),
  });
  const clients = new LaneClients({ input, events, target, ready, recovery, payloads, clock });
  target.operations = laneOperations({
    input,
    clients: clients.count,
    payloads,
    notifications,
    finish: target.finished,
  });
  if (run.notifies) target.notifications = notifications;
  if (spec.spawnPerSecond === undefined) await clients.openAll();
  return {
    run: (startAtMs, signal) => run.carryOut(clients, startAtMs, signal),
    close: () => clients.close(),
  };
}
