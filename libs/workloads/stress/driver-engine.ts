import { DriverClient } from '#libs/cql/driver/driver-client.js';
import { WireSession } from '#libs/cql/session.js';
import { readCql, writeCql } from '#libs/stress/statements.js';
import { DriverTarget } from './driver-target.js';
import type { Engine, EngineParts } from './engine.js';
import { NO_HOT_OPERATIONS, sessionOptions } from './session-options.js';

/** Connects cassandra-driver. It wants to be told its datacenter, so the target is asked first. Throws CodedError. */
export async function openDriverEngine({ input, generator, columnNames, notes, log }: EngineParts): Promise<Engine> {
  const { spec, target: where } = input;
  const options = sessionOptions(where, spec, NO_HOT_OPERATIONS, log);
  const asking = await WireSession.connect({ ...options, connectionsPerNode: 1 });
  const localDatacenter = asking.nodes[0]?.datacenter ?? '';
  try {
    // Refused statements are refused here, once, and not by every operation.
    await asking.prepare(spec.operation === 'write' ? writeCql(spec) : readCql(spec));
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
    writeCql: writeCql(spec),
    readCql: readCql(spec),
    columnNames,
    consistency: spec.consistencyLevel,
    validate: !spec.errors.skipReadValidation,
    notes,
  });
  // The driver does not count bytes.
  return { target, totals: () => ({ bytesSent: 0, bytesReceived: 0, lateAnswers: 0 }), close: () => client.close() };
}
