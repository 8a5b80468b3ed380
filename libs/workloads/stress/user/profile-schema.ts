import { CodedError } from '#libs/contract/coded-error.js';
import { ERROR_CODE } from '#libs/cql/protocol.js';
import { ServerError } from '#libs/cql/server-error.js';
import type { WireSession } from '#libs/cql/session.js';
import type { Profile } from '#libs/stress/profile/profile.js';
import { agree } from '../schema-setup.js';

/** Names in a definition belong to the profile's keyspace, as in the original, which is in it while it defines. */
async function define(session: WireSession, keyspace: string | undefined, cql: string): Promise<void> {
  try {
    if (keyspace !== undefined) await session.use(keyspace);
    await session.query(cql.replace(/;\s*$/, ''));
  } catch (error) {
    // What is there already is kept as it is; of a type Cassandra says so by an error of another code.
    if (
      error instanceof ServerError &&
      (error.code === ERROR_CODE.ALREADY_EXISTS || /already exists/i.test(error.message))
    )
      return;
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError(
      'SCHEMA_FAILED',
      `the target refused a definition of the profile: ${cause} (${cql.trim().split('\n')[0]})`,
      [],
      {
        cause: error,
      },
    );
  }
}

/** Creates what a profile defines, where it is missing, and waits until all nodes agree. CodedError SCHEMA_FAILED. */
export async function createProfileSchema(
  session: WireSession,
  { keyspace, keyspaceDefinition, tableDefinition, extraDefinitions }: Profile,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  if (keyspaceDefinition !== undefined) {
    await define(session, undefined, keyspaceDefinition);
    await agree(session, pause);
  }
  // A table may need a type; whatever else is defined may need the table.
  const isType = (cql: string) => /^\s*create\s+type\b/i.test(cql);
  const definitions = [
    ...extraDefinitions.filter(isType),
    ...(tableDefinition === undefined ? [] : [tableDefinition]),
    ...extraDefinitions.filter((cql) => !isType(cql)),
  ];
  for (const cql of definitions) {
    await define(session, keyspace, cql);
    await agree(session, pause);
  }
}
