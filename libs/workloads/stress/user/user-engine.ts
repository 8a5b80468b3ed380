import { CodedError } from '#libs/contract/coded-error.js';
import { WireSession } from '#libs/cql/session.js';
import { populationOf } from '#libs/stress/population.js';
import type { TableGenerators } from '#libs/stress/profile/partition.js';
import type { Profile } from '#libs/stress/profile/profile.js';
import { insertCql, tableGenerators } from '#libs/stress/profile/table-shape.js';
import { INSERT, readProfiles, userOperations } from '#libs/stress/profile/user-spec.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { Engine } from '../engine.js';
import type { FailureNotes } from '../failure-notes.js';
import { sessionOptions } from '../session-options.js';
import { laneRandom, StressSource } from '../stress.source.js';
import { tableColumns } from './table-columns.js';
import { insertMaker, queryMaker, type UserOperationMaker } from './user-operation.js';
import { UserTarget } from './user-target.js';

/** Which of a lane's random sequences the rows of queries and the further partitions of inserts are drawn from. */
const CHOICES = 7;
const FURTHER = 8;

interface Shape {
  generators: TableGenerators;
  insert: string;
}

/** Connects and prepares the operations of user profiles. Throws CodedError or ServerError. */
export async function openUserEngine({
  input,
  notes,
  log,
}: {
  input: LaneInput & { kind: 'stress' };
  notes: FailureNotes;
  log: DriverEvents['log'];
}): Promise<Engine> {
  const { spec, share } = input;
  // Partitions beyond an operation's first come from the same population, at places of their own.
  const further = new StressSource({ ...spec, seed: spec.seed + FURTHER }, populationOf(spec), share);
  const target = new UserTarget(notes, () => {
    further.next();
    return further.seed;
  });
  const session = await WireSession.connect(sessionOptions(input.target, spec, target, log));
  try {
    target.session = session;
    const profiles = readProfiles(spec);
    const shapes = new Map<Profile, Shape>();
    for (const profile of profiles) {
      const columns = await tableColumns(session, profile);
      const generators = tableGenerators(profile, columns);
      shapes.set(profile, { generators, insert: insertCql(profile, generators, columns) });
    }
    await session.use(spec.schema.keyspace);
    const random = laneRandom(spec, share, CHOICES);
    const makers: UserOperationMaker[] = [];
    for (const { profile, name } of userOperations(spec, profiles)) {
      const shape = shapes.get(profile);
      const query = profile.queries.get(name);
      if (shape === undefined || (name !== INSERT && query === undefined))
        throw new CodedError('INTERNAL', `operation ${name} has no profile`);
      const statement = await session.prepare(query?.cql.replace(/;\s*$/, '') ?? shape.insert);
      makers.push(
        query === undefined
          ? insertMaker(profile, shape.generators, statement, spec.consistencyLevel, random)
          : queryMaker(query, shape.generators, statement, spec.consistencyLevel, random),
      );
    }
    target.makers = makers;
    await session.routeBy(spec.schema.keyspace);
  } catch (error) {
    await session.close();
    throw error;
  }
  return {
    target,
    totals: () => session.totals(),
    takeShards: () => session.takeShards(),
    close: () => session.close(),
  };
}
