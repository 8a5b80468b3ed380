import { frameTemplate } from '#libs/cql/frame-template.js';
import { WireSession } from '#libs/cql/session.js';
import { readCql, writeCql } from '#libs/stress/statements.js';
import type { Engine, EngineParts } from './engine.js';
import { sessionOptions } from './session-options.js';
import { operationsOf, READ, WRITE } from '#libs/stress/operations.js';
import { WireTarget } from './wire-target.js';

/** Connects the wire engine and encodes the frames of the run's statements. Throws CodedError or ServerError. */
export async function openWireEngine({
  input,
  generator,
  columnNames,
  columnSizeBytes,
  notes,
  log,
}: EngineParts): Promise<Engine> {
  const { spec, share } = input;
  const target = new WireTarget({
    generator,
    columns: columnNames.length,
    slots: share.threads,
    validate: !spec.errors.skipReadValidation,
    notes,
  });
  const session = await WireSession.connect(sessionOptions(input.target, spec, target, log));
  try {
    const active = operationsOf(spec);
    const prepare = async (cql: string, valueLengths: readonly number[]) =>
      frameTemplate(await session.prepare(cql), spec.consistencyLevel, valueLengths);
    const cells = columnNames.map(() => columnSizeBytes);
    target.session = session;
    target.templates = [
      active.includes(READ) ? await prepare(readCql(spec), [spec.keySizeBytes]) : undefined,
      active.includes(WRITE) ? await prepare(writeCql(spec), [...cells, spec.keySizeBytes]) : undefined,
    ];
    await session.routeBy(spec.schema.keyspace);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    target,
    totals: () => ({
      bytesSent: session.total('bytesSent'),
      bytesReceived: session.total('bytesReceived'),
      lateAnswers: session.total('lateAnswers'),
    }),
    close: () => session.close(),
  };
}
