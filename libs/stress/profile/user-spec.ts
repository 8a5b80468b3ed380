import { CodedError } from '#libs/contract/coded-error.js';
import type { Issue } from '#libs/contract/problem.js';
import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { populatedNames } from '../statements.js';
import { nearest } from '../words.js';
import { parseProfile, type InsertShape, type Profile } from './profile.js';

export const INSERT = 'insert';
export const VALIDATE = 'validate';

/** How a profile's `insert` writes: what the run says goes before what the profile says. */
export const insertShape = (
  { insert }: Pick<StressPlanSpec, 'insert'>,
  profile: Pick<Profile, 'insert'>,
): InsertShape => ({
  ...profile.insert,
  ...Object.fromEntries(Object.entries(insert ?? {}).filter(([, value]) => value !== undefined)),
});

/** An operation of a user run: which profile's, and its name in there (`insert`, `validate` or a query). */
export interface UserOperation {
  profile: Profile;
  name: string;
}

/** The profiles of a user run, read. Throws CodedError VALIDATION_FAILED with every problem at once. */
export const readProfiles = ({ user }: Pick<StressPlanSpec, 'user'>): Profile[] =>
  (user?.profiles ?? []).map(({ name, yaml }) => parseProfile(yaml, name));

/** Operations of the profiles by the names that `ops(...)` may use, in lower case. */
function knownOperations(profiles: readonly Profile[]): Map<string, UserOperation> {
  const known = new Map<string, UserOperation>();
  for (const profile of profiles) {
    for (const name of [INSERT, VALIDATE, ...profile.queries.keys(), ...profile.tokenRangeQueries.keys()]) {
      // Without a profile's name the first one is meant, as in the original.
      if (!known.has(name)) known.set(name, { profile, name });
      known.set(`${profile.name.toLowerCase()}.${name}`, { profile, name });
    }
  }
  return known;
}

/** What each operation of the run is, in the order of the spec. Throws CodedError VALIDATION_FAILED. */
export function userOperations(spec: Pick<StressPlanSpec, 'user'>, profiles: readonly Profile[]): UserOperation[] {
  const known = knownOperations(profiles);
  const names = Object.keys(spec.user?.operations ?? {});
  const issues: Issue[] = [];
  const operations = names.flatMap((name) => {
    const operation = known.get(name.toLowerCase());
    if (operation) return [operation];
    const meant = nearest(name.toLowerCase(), [...known.keys()]);
    const message = `unknown operation ${name}; ${meant === undefined ? `expected one of ${[...known.keys()].join(', ')}` : `did you mean ${meant}?`}`;
    issues.push({ path: `ops ${name}`, message });
    return [];
  });
  if (issues.length > 0)
    throw new CodedError('VALIDATION_FAILED', issues.map(({ message }) => message).join('; '), issues);
  return operations;
}

/**
 * A user run with what its profiles say: they are read, its operations are found in them, and its keyspace is theirs. Any
 * other run is handed back. Throws CodedError VALIDATION_FAILED.
 */
export function completeUser<S extends StressPlanSpec>(spec: S): S {
  if (spec.operation !== 'user') {
    checkInsert(spec);
    if (spec.user === undefined) return spec;
    throw new CodedError('VALIDATION_FAILED', `expected operation "user" beside user, found "${spec.operation}"`, [
      { path: 'user', message: `expected operation "user" beside it, found "${spec.operation}"` },
    ]);
  }
  if (spec.user === undefined)
    throw new CodedError('VALIDATION_FAILED', 'expected profiles and operations of the user run, found none', [
      { path: 'user', message: 'expected profiles and operations, found nothing' },
    ]);
  if (spec.engine === 'driver')
    throw new CodedError('VALIDATION_FAILED', 'user profiles run on the wire engine only', [
      { path: 'engine', message: 'expected "wire" for a user profile, found "driver"' },
    ]);
  const profiles = readProfiles(spec);
  userOperations(spec, profiles);
  const keyspaces = [...new Set(profiles.map(({ keyspace }) => keyspace))];
  const [keyspace = spec.schema.keyspace] = keyspaces;
  if (keyspaces.length > 1)
    throw new CodedError('VALIDATION_FAILED', `profiles of one run have one keyspace, found ${keyspaces.join(', ')}`, [
      { path: 'profile', message: `expected one keyspace, found ${keyspaces.join(', ')}` },
    ]);
  return { ...spec, schema: { ...spec.schema, keyspace } };
}

/**
 * The data commands write one row of one partition at a time, whatever is said; the original reads over it in silence. What
 * makes no difference is let be.
 */
function checkInsert(spec: StressPlanSpec): void {
  const { engine, insert: { rowPopulation, visits, partitions, select, ...levels } = {} } = spec;
  const changes = {
    consistencyLevel: levels.consistencyLevel !== undefined,
    serialConsistencyLevel: levels.serialConsistencyLevel !== undefined,
    visits: visits !== undefined && !isOne(visits),
    partitions: partitions !== undefined && !isOne(partitions),
    select:
      select !== undefined && !(select.distribution.type === 'fixed' && select.distribution.value >= select.divisor),
  };
  const issues: Issue[] = Object.entries(changes).flatMap(([name, does]) =>
    does
      ? [
          {
            path: `insert ${name}`,
            message: `expected the command user beside ${name}: the others write one row of one partition at a time, at the level of cl=`,
          },
        ]
      : [],
  );
  if (rowPopulation && rowPopulation.distribution.type !== 'fixed')
    issues.push({
      path: 'insert rowPopulation',
      message: 'expected fixed(n)/m, so that reads know which columns are null',
    });
  else if (rowPopulation && populatedNames(spec).length === 0)
    issues.push({ path: 'insert rowPopulation', message: 'expected a share that leaves a column with a value' });
  if (rowPopulation && engine === 'driver')
    issues.push({ path: 'insert rowPopulation', message: 'expected engine "wire" beside it, found "driver"' });
  if (spec.connection.compression !== 'none' && engine === 'driver')
    issues.push({ path: 'connection compression', message: 'expected engine "wire" beside it, found "driver"' });
  if (issues.length > 0)
    throw new CodedError('VALIDATION_FAILED', issues.map(({ message }) => message).join('; '), issues);
}

/**
 * Draws how many partitions an operation takes, by operation; undefined for those that take one. `sampler` makes a draw of a
 * distribution.
 */
export function partitionDraws(
  spec: StressPlanSpec,
  sampler: (partitions: Distribution) => () => number,
): (() => number)[] | undefined {
  if (spec.operation !== 'user') return undefined;
  const draws: (() => number)[] = [];
  for (const [index, { profile, name }] of userOperations(spec, readProfiles(spec)).entries()) {
    const { partitions } = insertShape(spec, profile);
    if (name === INSERT && !isOne(partitions)) draws[index] = sampler(partitions);
  }
  return draws.length > 0 ? draws : undefined;
}

/** True for runs whose number of operations does not follow from their count: some take several partitions, or end with the ring. */
export function countsPartitions(spec: StressPlanSpec): boolean {
  if (spec.operation !== 'user') return false;
  return userOperations(spec, readProfiles(spec)).some(
    ({ profile, name }) =>
      profile.tokenRangeQueries.has(name) || (name === INSERT && !isOne(insertShape(spec, profile).partitions)),
  );
}

export const isOne = (distribution: Distribution): boolean => distribution.type === 'fixed' && distribution.value === 1;
