import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '#libs/contract/coded-error.js';
import type { LoadKind } from '#libs/contract/run.js';
import { tidyHeap } from '#libs/load/heap-tidy.js';
import type { DriverEvents, OpenShard } from '#libs/workloads/driver.js';
import { openCdcLane } from '#libs/workloads/cdc/cdc.lane.js';
import { openGenerateLane } from '#libs/workloads/generate/generate.lane.js';
import { openLoadLane } from '#libs/workloads/load/load.lane.js';
import { openQueryLane } from '#libs/workloads/query/query.lane.js';
import { openSoakLane } from '#libs/workloads/soak/soak.lane.js';
import { openStressLane } from '#libs/workloads/stress/stress.lane.js';
import { openZookeeperLane } from '#libs/workloads/zookeeper/zookeeper.lane.js';
import type { LaneCommand, LaneInput, LaneReport } from './message.js';

/*
 * The worker thread of one lane. It imports no framework, ORM or schema library: its input was parsed before it crossed.
 */
const openers: { [K in LoadKind]: (input: LaneInput<K>, events: DriverEvents) => Promise<OpenShard> } = {
  stress: openStressLane,
  generate: openGenerateLane,
  load: openLoadLane,
  query: openQueryLane,
  zookeeper: openZookeeperLane,
  soak: openSoakLane,
  cdc: openCdcLane,
};

const open = <K extends LoadKind>(input: LaneInput<K>): Promise<OpenShard> => openers[input.kind](input, events);

const port = parentPort;
if (!port) throw new Error('lane/entry is a worker thread: start it through openLanes');
const report = (message: LaneReport): void => port.postMessage(message);

const events: DriverEvents = {
  log: (level, message) => report({ type: 'log', level, message }),
  interval: (snapshot) => report({ type: 'interval', snapshot }),
  mismatch: (mismatch) => report({ type: 'mismatch', mismatch }),
  started: (atMs) => report({ type: 'started', atMs }),
};

const fail = (error: unknown): void => {
  const coded = error instanceof CodedError ? error : undefined;
  const message = error instanceof Error ? (coded ? error.message : (error.stack ?? error.message)) : String(error);
  report({ type: 'failed', code: coded?.code ?? 'LANE_CRASHED', message });
};

tidyHeap();
const stop = new AbortController();
const input: LaneInput = workerData;

try {
  const lane = await open(input);
  port.on('message', (command: LaneCommand) => {
    if (command.type === 'start') {
      lane.run(command.startAtMs, stop.signal).then((result) => report({ type: 'ended', result }), fail);
    } else if (command.type === 'stop') {
      stop.abort();
    } else {
      lane.close().then(() => port.close(), fail);
    }
  });
  report({ type: 'ready' });
} catch (error) {
  fail(error);
}
