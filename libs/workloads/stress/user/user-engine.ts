import { CodedError } from '#libs/contract/coded-error.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { WireSession } from '#libs/cql/session.js';
import type { TableGenerators } from '#libs/stress/profile/partition.js';
import type { Profile } from '#libs/stress/profile/profile.js';
import { insertCql, tableGenerators } from '#libs/stress/profile/table-shape.js';
import {
  INSERT,
  insertShape,
  readProfiles,
  userOperations,
  VALIDATE,
  type UserOperation,
} from '#libs/stress/profile/user-spec.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { Engine } from '../engine.js';
import type { FailureNotes } from '../failure-notes.js';
import { sessionOptions } from '../session-options.js';
import { laneRandom, partitionItems, type OperationGate } from '../stress.source.js';
import { insertMaker } from './insert-operation.js';
import { queryMaker } from './query-operation.js';
import { tableColumns, userTypes } from './table-columns.js';
import { tokenRangeCql, tokenRangeMaker } from './token-range-operation.js';
import { splitRing, TokenRangeWalk } from './token-ranges.js';
import type { StatementLevels, UserOperationMaker } from './user-request.js';
import { UserTarget } from './user-target.js';
import { validateCql, validateMaker } from './validate-operation.js';

/** Which of a lane's random sequences the choices within operations are drawn from. */
const CHOICES = 7;

interface Shape {
  generators: TableGenerators;
  insert: string;
  columns: readonly string[];
}

/** An operation, and the statement by which it is known. */
interface Made {
  maker: UserOperationMaker;
  cql: string;
}

/** What the operations of one lane are made with. */
interface Workshop {
  input: LaneInput & { kind: 'stress' };
  session: WireSession;
  levels: StatementLevels;
  random: () => number;
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
  const target = new UserTarget(notes);
  const session = await WireSession.connect(sessionOptions(input.target, spec, target, log));
  const walks = new Map<number, TokenRangeWalk>();
  const makers: Made[] = [];
  try {
    target.session = session;
    const profiles = readProfiles(spec);
    const shapes = new Map<Profile, Shape>();
    for (const profile of profiles) {
      const columns = await tableColumns(session, profile);
      const generators = tableGenerators(profile, columns, await userTypes(session, profile), spec.contents);
      const names = columns.map(({ name }) => name);
      shapes.set(profile, { generators, insert: insertCql(profile, generators, columns), columns: names });
    }
    await session.use(spec.schema.keyspace);
    const serial = spec.serialConsistencyLevel;
    const workshop: Workshop = {
      input,
      session,
      levels: {
        consistency: spec.consistencyLevel,
        serialConsistency: serial === 'SERIAL' ? undefined : serial,
      },
      random: laneRandom(spec, share, CHOICES),
    };
    for (const [index, operation] of userOperations(spec, profiles).entries()) {
      const shape = shapes.get(operation.profile);
      if (shape === undefined) throw new CodedError('INTERNAL', `operation ${operation.name} has no profile`);
      const walk = isTokenRange(operation) ? rangeWalk(workshop) : undefined;
      if (walk) walks.set(index, walk);
      makers.push(await makerOf(workshop, operation, shape, walk));
    }
    target.makers = makers.map(({ maker }) => maker);
    await session.routeBy(spec.schema.keyspace);
  } catch (error) {
    await session.close();
    throw error;
  }
  const gate: OperationGate = {
    guards: (operation) => walks.has(operation),
    state: (operation) => walks.get(operation)?.state ?? 'open',
  };
  return {
    target,
    statements: makers.map(({ cql }) => cql),
    ...(walks.size > 0 ? { gate } : {}),
    totals: () => session.totals(),
    takeShards: () => session.takeShards(),
    close: () => session.close(),
  };
}

const isTokenRange = ({ profile, name }: UserOperation): boolean => profile.tokenRangeQueries.has(name);

/** The ranges of this lane: every so manieth of the ring. */
function rangeWalk({ input: { spec, share }, session }: Workshop): TokenRangeWalk {
  const { wrap, splitFactor } = spec.tokenRange;
  const tokens = session.nodes.flatMap((node) => node.tokens.map((token) => BigInt(token)));
  const ranges = splitRing(tokens, splitFactor).filter((_, index) => index % share.stride === share.first);
  return new TokenRangeWalk(ranges, wrap);
}

async function makerOf(
  { input: { spec, share }, session, levels, random }: Workshop,
  { profile, name }: UserOperation,
  { generators, insert, columns }: Shape,
  walk: TokenRangeWalk | undefined,
): Promise<Made> {
  const shape = insertShape(spec, profile);
  const prepare = (cql: string): Promise<PreparedStatement> => session.prepare(cql.replace(/;\s*$/, ''));
  if (name === INSERT) {
    const statement = await prepare(insert);
    const fresh = partitionItems(spec, share);
    const { stride } = share;
    const maker = insertMaker({ shape, table: generators, statement, levels, random, fresh, stride });
    return { maker, cql: insert };
  }
  if (name === VALIDATE) {
    const texts = validateCql(profile, generators);
    const statements = await Promise.all(texts.map(prepare));
    return { maker: validateMaker(shape, generators, statements, levels, random), cql: texts[0] ?? '' };
  }
  const ranged = profile.tokenRangeQueries.get(name);
  if (ranged && walk) {
    const cql = tokenRangeCql(profile, generators, ranged, columns);
    return { maker: tokenRangeMaker(ranged, await prepare(cql), levels, walk), cql };
  }
  const query = profile.queries.get(name);
  if (query === undefined) throw new CodedError('INTERNAL', `operation ${name} has no query`);
  const { cql } = query;
  return { maker: queryMaker(query, generators, await prepare(cql), levels, random), cql };
}
