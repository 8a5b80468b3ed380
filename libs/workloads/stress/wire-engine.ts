import { frameHead, frameTemplate } from '#libs/cql/frame-template.js';
import { WireSession } from '#libs/cql/session.js';
import { populatedNames, STATEMENTS } from '#libs/stress/statements.js';
import type { Engine, EngineParts } from './engine.js';
import { sessionOptions } from './session-options.js';
import { COUNTER_WRITE, operationsOf, WRITE } from '#libs/stress/operations.js';
import { sliceOrder } from './row-check.js';
import { sampler } from './sampler.js';
import { laneRandom } from './stress.source.js';
import { WireTarget } from './wire-target.js';

const BIGINT_BYTES = 8;
/** Which of a lane's random sequences the increments are drawn from. */
export const INCREMENTS = 5;

/** Connects the wire engine and encodes the frames of the run's statements. Throws CodedError or ServerError. */
export async function openWireEngine({ input, generator, columnNames, notes, log }: EngineParts): Promise<Engine> {
  const { spec, share } = input;
  const populated = populatedNames(spec);
  const written = { ...spec, columns: { ...spec.columns, names: populated } };
  const target = new WireTarget({
    generator,
    columns: columnNames.length,
    order: spec.columns.slice === true ? sliceOrder(columnNames) : undefined,
    populated: populated.length,
    slots: share.threads,
    validate: !spec.errors.skipReadValidation,
    increment: sampler(spec.increment, laneRandom(spec, share, INCREMENTS)),
    notes,
  });
  const statements: string[] = [];
  const session = await WireSession.connect(sessionOptions(input.target, spec, target, log));
  try {
    const active = operationsOf(spec);
    const { size } = spec.columns;
    const cells: Readonly<Record<number, readonly number[]>> = {
      [WRITE]: populated.map(() => (size.type === 'fixed' ? size.value : 0)),
      [COUNTER_WRITE]: columnNames.map(() => BIGINT_BYTES),
    };
    target.session = session;
    for (const operation of active) {
      const cql = STATEMENTS[operation]?.(operation === WRITE ? written : spec) ?? '';
      statements[operation] = cql;
      const statement = spec.connection.prepared ? await session.prepare(cql) : cql;
      const lengths = [...(cells[operation] ?? []), spec.keySizeBytes];
      target.templates[operation] = frameTemplate(statement, spec.consistencyLevel, lengths);
      if (operation === WRITE && generator.isVariable)
        target.variableWrite = frameHead(statement, spec.consistencyLevel, lengths.length);
    }
    await session.routeBy(spec.schema.keyspace);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    target,
    statements,
    totals: () => session.totals(),
    takeShards: () => session.takeShards(),
    close: () => session.close(),
  };
}
