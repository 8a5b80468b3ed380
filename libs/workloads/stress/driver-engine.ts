import { DriverClient } from '#libs/cql/driver/driver-client.js';
import { WireSession } from '#libs/cql/session.js';
import { operationsOf } from '#libs/stress/operations.js';
import { STATEMENTS } from '#libs/stress/statements.js';
import { DriverTarget } from './driver-target.js';
import type { Engine, EngineParts } from './engine.js';
import { INCREMENTS } from './wire-engine.js';
import { sampler } from './sampler.js';
import { laneRandom } from './stress.source.js';
import { NO_HOT_OPERATIONS, sessionOptions } from './session-options.js';

/** Connects cassandra-driver. It wants to be told its datacenter, so the target is asked first. Throws CodedError. */
export async function openDriverEngine({ input, generator, columnNames, notes, log }: EngineParts): Promise<Engine> {
  const { spec, target: where } = input;
  const options = sessionOptions(where, spec, NO_HOT_OPERATIONS, log);
  const statements = STATEMENTS.map((statement) => statement(spec));
  const asking = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  const localDatacenter = asking.nodes[0]?.datacenter ?? '';
  try {
    // Refused statements are refused here, once, and not by every operation.
    for (const operation of operationsOf(spec)) await asking.prepare(statements[operation] ?? '');
  } finally {
    await asking.close();
  }
  const client = await DriverClient.connect({
    ...options,
    localDatacenter,
    username: options.credentials?.username,
    password: options.credentials?.password,
  });
  const target = new DriverTarget({
    client,
    generator,
    statements,
    increment: sampler(spec.increment, laneRandom(spec, input.share, INCREMENTS)),
    columnNames,
    consistency: spec.consistencyLevel,
    validate: !spec.errors.skipReadValidation,
    notes,
  });
  // The driver does not count bytes.
  return {
    target,
    totals: () => ({ bytesSent: 0, bytesReceived: 0, lateAnswers: 0 }),
    takeShards: () => [],
    close: () => client.close(),
  };
}
