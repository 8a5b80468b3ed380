import cassandra from 'cassandra-driver';
import { CONSISTENCY } from '#libs/cql/protocol.js';
import { WireSession } from '#libs/cql/session.js';
import { NO_HOT_OPERATIONS } from '#libs/workloads/stress/session-options.js';
import type { FramesLoop, FramesLoopOptions } from './frames-wire.js';

/** The driver wants to be told its datacenter: the target is asked first. */
async function datacenterOf(options: FramesLoopOptions): Promise<string> {
  const asking = await WireSession.connect(options.session(NO_HOT_OPERATIONS));
  await asking.close();
  return asking.nodes[0]?.datacenter ?? '';
}

/** The bare loop of cassandra-driver: so many prepared executions awaited at once, values made beforehand. */
export async function driveFrames(options: FramesLoopOptions): Promise<FramesLoop> {
  const { cql, values, consistency, inFlight } = options;
  const { contactPoints, connectionsPerNode, inFlightPerConnection } = options.session(NO_HOT_OPERATIONS);
  const client = new cassandra.Client({
    contactPoints: contactPoints.map(({ host, port }) => `${host}:${port}`),
    localDataCenter: await datacenterOf(options),
    protocolOptions: { port: contactPoints[0]?.port ?? 9042, maxVersion: 4 },
    pooling: {
      coreConnectionsPerHost: { [cassandra.types.distance.local]: connectionsPerNode },
      maxRequestsPerConnection: inFlightPerConnection,
    },
  });
  await client.connect();
  const parameters = [...values];
  const how = { prepare: true, consistency: CONSISTENCY[consistency] };
  let done = 0;
  const loop = async (): Promise<never> => {
    for (;;) {
      await client.execute(cql, parameters, how);
      done++;
    }
  };
  // An operation that fails rejects, which nobody handles: it ends the thread with its error.
  for (let index = 0; index < inFlight; index++) void loop();
  return { done: () => done };
}
