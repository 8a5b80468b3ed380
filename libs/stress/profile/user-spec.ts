import { CodedError } from '#libs/contract/coded-error.js';
import type { Issue } from '#libs/contract/problem.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { nearest } from '../words.js';
import { parseProfile, type Profile } from './profile.js';

export const INSERT = 'insert';

/** An operation of a user run: which profile's, and its name in there (`insert` or a query). */
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
    for (const name of [INSERT, ...profile.queries.keys()]) {
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
